/**
 * `npm run conformance [-- --json]`: the official MCP conformance suite through the gateway, for both protocol
 * revisions, against our own fixture behind it. Green means: every scenario that counts ran, and none has a
 * failure or a warning. Exits 1 otherwise.
 */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { parse } from 'yaml'
import { startConformanceGateway } from './gateway.ts'
import { complaints, readResults, type ScenarioResult } from './results.ts'
import { startShim } from './shim.ts'

const REVISIONS = ['2025-11-25', '2026-07-28'] as const

type Run = {
  readonly revision: string
  readonly scored: readonly string[]
  readonly results: readonly ScenarioResult[]
  readonly complaints: readonly string[]
}

const suite = dirname(
  createRequire(import.meta.url).resolve('@modelcontextprotocol/conformance/package.json'),
)
const isJson = process.argv.includes('--json')

const gateway = await startConformanceGateway()
const shim = await startShim(gateway.url, gateway.token)
try {
  const runs: Run[] = []
  for (const revision of REVISIONS) runs.push(await runRevision(revision))
  if (isJson) console.log(JSON.stringify({ runs }, null, 2))
  else for (const run of runs) print(run)
  process.exitCode = runs.some((run) => run.complaints.length > 0) ? 1 : 0
} finally {
  await shim.close()
  await gateway.close()
}

async function runRevision(revision: string): Promise<Run> {
  const scored = await scoredScenarios(revision)
  const output = await mkdtemp(join(tmpdir(), 'countersign-conformance-'))
  try {
    await runSuite(['server', '--url', shim.url, '--requirements', revision, '-o', output])
    const results = await readResults(output, scored)
    return { revision, scored, results, complaints: complaints(results, scored) }
  } finally {
    await rm(output, { recursive: true, force: true })
  }
}

/** What the suite itself says a server must pass for the revision. */
async function scoredScenarios(revision: string): Promise<readonly string[]> {
  const file = await readFile(join(suite, 'requirements', `${revision}.yaml`), 'utf8')
  const { server } = parse(file) as { readonly server: readonly string[] }
  return server
}

/** The exit code is not looked at: it passes warnings, and the results say more. */
function runSuite(args: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(suite, 'dist', 'index.js'), ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    child.on('error', reject)
    child.on('close', () => resolve())
  })
}

function print({ revision, scored, results, complaints: wrong }: Run): void {
  const clean = results.filter(
    ({ isScored, failures, warnings }) => isScored && failures.length + warnings.length === 0,
  )
  console.log(`\nMCP ${revision}: ${clean.length} of ${scored.length} scenarios clean`)
  for (const { scenario, isScored, passed, failures, warnings } of results) {
    const counts = `${passed} passed, ${failures.length} failed, ${warnings.length} warnings`
    console.log(`  ${isScored ? ' ' : '~'} ${scenario.padEnd(50)} ${counts}`)
  }
  console.log('  ~ is run for information and does not count')
  for (const line of wrong) console.log(`  ! ${line}`)
}
