import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const BIN = resolve(import.meta.dirname, '../../bin/countersign')
/** The promise is a minute on an idle machine; tests share theirs with other tests. */
const TIMEOUT_MS = 120_000

type Played = { readonly code: number | null; readonly out: string; readonly err: string }

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'demo-test-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** The launcher, as somebody with a fresh clone calls it. Temporary data goes where the test can count it. */
async function play(
  place: string,
  env: Record<string, string>,
  ...args: readonly string[]
): Promise<Played> {
  const child = spawn(BIN, ['demo', '--auto', ...args], {
    env: { ...process.env, TMPDIR: place, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const out: string[] = []
  const err: string[] = []
  child.stdout.on('data', (text) => void out.push(String(text)))
  child.stderr.on('data', (text) => void err.push(String(text)))
  const [code] = await once(child, 'close')
  return { code: code as number | null, out: out.join(''), err: err.join('') }
}

describe('demo --auto', () => {
  it(
    'plays the whole story through the interfaces of everybody else and exits 0',
    async () => {
      const kept = join(folder, 'kept')
      const place = mkdtempSync(join(folder, 'tmp-'))
      const { code, out, err } = await play(place, {}, '--keep-export', kept)
      expect([code, out + err]).toEqual([0, expect.stringContaining('All of it was so')])
      const story = out.replaceAll(/\s+/g, ' ')
      const steps = [
        'agent I may use',
        'agent I recorded a recommendation citing 2 pieces of evidence: answered.',
        'I tried directory__disable_account: refused, target_never_touch',
        'I tried extras__lookup_reputation: refused, tool_quarantined',
        'The block waits for a person: pending approval',
        'is served. Until a person says yes, nothing happened.',
        'Her yes is on record as advice and releases nothing.',
        'Approved, with a reason, for this one call',
        'is refused. The attacker is shut out.',
        'is served. Everybody else is served.',
        'and everything they promise holds',
        'knowing only the key of the log: verified',
        'self-consistent, signer not trusted',
        'With one byte changed: verification FAILED',
        'All of it was so',
      ]
      const places = steps.map((step) => story.indexOf(step))
      expect(places, `${steps[places.indexOf(-1)]} in\n${out}`).toEqual(
        places.toSorted((a, b) => a - b),
      )
      expect(places[0]).toBeGreaterThan(-1)
      expect(readdirSync(kept).sort()).toEqual(['INC-482.countersign', 'trust-policy.txt'])
      expect(readdirSync(place)).toEqual([])
    },
    TIMEOUT_MS,
  )

  it(
    'exits 1 when the firewall only claims to block, and leaves nothing behind',
    async () => {
      const place = mkdtempSync(join(folder, 'tmp-'))
      const { code, out, err } = await play(place, { RANGE_FIREWALL_NOOP: '1' })
      expect([code, out + err]).toEqual([1, expect.stringContaining('the block had no effect')])
      expect(err).toContain('error demo_failed: ')
      expect(out).not.toContain('All of it was so')
      expect(readdirSync(place)).toEqual([])
      expect(existsSync(join(folder, 'kept', 'altered.countersign'))).toBe(false)
    },
    TIMEOUT_MS,
  )
})
