/**
 * What it costs a stranger to verify a case: an export of ten thousand entries, read, hashed, proved entry by entry
 * against its signed checkpoint, and checked against the rules between entries. The floor is SHA-256 over the same
 * bytes, which proves nothing but that they are these bytes.
 */
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { trustPolicyText } from '../src/cli/case-export.ts'
import { verifyExport } from '../src/verify/verify.ts'
import { rest } from '../test/harness/people.ts'
import { type Plane, startPlane } from '../test/harness/plane.ts'
import { sampleEntry } from './ledger/sample-entry.ts'
import { type Bench, compared } from './report.ts'
import { median } from './statistics.ts'

const ENTRIES = 10_000
const PER_COMMIT = 100

export const benchVerify: Bench = async ({ isShort, progress }) => {
  const rounds = isShort ? 3 : 5
  const entries = isShort ? ENTRIES / 10 : ENTRIES
  const { bytes, trust } = await exportOf(entries)
  progress(`the export of ${entries} entries has ${(bytes.length / 1e6).toFixed(1)} MB`)
  const [ours, floor]: [number[], number[]] = [[], []]
  for (let round = 0; round <= rounds; round++) {
    const hashed = timeOf(() => createHash('sha256').update(bytes).digest())
    const verified = timeOf(() => {
      const { exitCode, summary } = verifyExport(bytes, trust)
      if (exitCode !== 0) throw new Error(summary)
    })
    if (round === 0) continue
    floor.push(hashed)
    ours.push(verified)
  }
  const [mine, bare] = [median(ours), median(floor)]
  const perSecond = (ms: number) => (entries / ms) * 1_000
  return {
    bench: 'verify',
    cases: [
      compared(`${entries} entries: verified / SHA-256 of the file`, mine, bare, 'ms'),
      compared(
        'entries a second: verified / SHA-256',
        perSecond(mine),
        perSecond(bare),
        'entries/s',
      ),
    ],
    limits: [],
  }
}

function timeOf(work: () => unknown): number {
  const startedMs = performance.now()
  work()
  return performance.now() - startedMs
}

/** Made by the product: a case with so many decisions and their payloads, exported over the API. */
async function exportOf(entries: number): Promise<{ bytes: Uint8Array; trust: string }> {
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const plane = await startPlane({ dataDir: join(dataDir, 'gateway'), upstreams: [] })
  try {
    await fill(plane, entries)
    const { baseUrl } = plane.gateway
    const answer = await fetch(`${baseUrl}/api/v1/cases/${plane.caseId}/export`, {
      method: 'POST',
      headers: { authorization: `Bearer ${plane.dana.token}` },
    })
    const bytes = new Uint8Array(await answer.arrayBuffer())
    const { body } = await rest(plane, plane.petra, 'GET', '/api/v1/ledger/checkpoint')
    return { bytes, trust: trustPolicyText(String(body.verifier_key)) }
  } finally {
    await plane.gateway.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

async function fill({ gateway, caseId }: Plane, entries: number): Promise<void> {
  const { commit } = gateway.parts.store
  for (let made = 0; made < entries; made += PER_COMMIT) {
    await commit('main', async () => {
      const [first, ...rest] = Array.from({ length: PER_COMMIT }, () => {
        return { ...sampleEntry(true), caseId }
      })
      if (first === undefined) throw new Error('nothing to commit')
      return { value: undefined, entries: [first, ...rest] }
    })
  }
}
