/** One trial: the tests that guard a rule, run while the rule agrees to everything. */
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseModule } from '../syntax/walk.ts'
import { PLAN_VARIABLE, type Plan } from './plan.ts'
import { replaceExport } from './replace.ts'
import type { Sabotage } from './sabotage.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PRELOAD = pathToFileURL(join(import.meta.dirname, 'preload.ts')).href
const VITEST = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs')

export type Trial = {
  readonly exitCode: number
  /** Full names of the tests that ran. */
  readonly failed: readonly string[]
  readonly passed: readonly string[]
  /** Whether the replaced function was called at all, in any process. */
  readonly wasCalled: boolean
  /** What the run printed, for a reader who must find out why. */
  readonly output: string
}

export type TrialOptions = {
  readonly config?: string
  /** Ends with the first test that fails, which is enough where one row is on trial. */
  readonly endsAtFirst?: boolean
}

/**
 * Runs the tests of `files` whose full name matches `pattern` under the sabotage. Throws when the
 * sabotage does not fit its module or leaves no module: a crash is not a failing test. One that does not load for
 * another reason never says that it was called.
 */
export async function runTrial(
  sabotage: Sabotage,
  files: readonly string[],
  pattern: string,
  { config = 'vitest.config.ts', endsAtFirst = false }: TrialOptions = {},
): Promise<Trial> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-sabotage-'))
  try {
    const plan = writePlan(sabotage, folder)
    const environment = {
      ...process.env,
      NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --import=${PRELOAD}`.trim(),
      [PLAN_VARIABLE]: join(folder, 'plan.json'),
    }
    const report = join(folder, 'report.json')
    const options = ['--reporter=json', `--outputFile=${report}`, '--testNamePattern', pattern]
    const bail = endsAtFirst ? ['--bail=1'] : []
    // One worker: it loads the gateway once, and what one file has shown no other file has to show again.
    const args = [...files, ...options, ...bail, '--maxWorkers=1', `--config=${config}`]
    const { exitCode, output } = await runVitest(args, environment)
    return { exitCode, output, ...readReport(report), wasCalled: existsSync(plan.calledFile) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function writePlan(sabotage: Sabotage, folder: string): Plan {
  const modulePath = join(ROOT, sabotage.module)
  const source = replaceExport(readFileSync(modulePath, 'utf8'), sabotage)
  parseModule(sabotage.module, source)
  const plan: Plan = {
    moduleUrl: pathToFileURL(modulePath).href,
    source,
    calledFile: join(folder, 'called'),
  }
  writeFileSync(join(folder, 'plan.json'), JSON.stringify(plan))
  return plan
}

function runVitest(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly exitCode: number; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [VITEST, 'run', ...args], { cwd: ROOT, env })
    let output = ''
    child.stdout.on('data', (chunk) => (output += chunk))
    child.stderr.on('data', (chunk) => (output += chunk))
    child.once('error', reject)
    child.once('close', (code) => resolve({ exitCode: code ?? 1, output }))
  })
}

type Report = {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[]
  }[]
}

function readReport(path: string): Pick<Trial, 'failed' | 'passed'> {
  if (!existsSync(path)) return { failed: [], passed: [] }
  const report = JSON.parse(readFileSync(path, 'utf8')) as Report
  const tests = report.testResults.flatMap((file) => file.assertionResults)
  const named = (status: string) =>
    tests.filter((test) => test.status === status).map((test) => test.fullName)
  return { failed: named('failed'), passed: named('passed') }
}
