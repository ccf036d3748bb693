import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { run } from './terminal.ts'

// A check asks the whole matrix of actions and tiers, in a worker that starts an engine of its own.
vi.setConfig({ testTimeout: 60_000 })

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'policies-'))
  cpSync('policies/base', folder, { recursive: true })
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function change(file: string, from: string, to: string): void {
  const path = join(folder, file)
  const text = readFileSync(path, 'utf8')
  if (!text.includes(from)) throw new Error(`${file} does not say ${from}`)
  writeFileSync(path, text.replace(from, to))
}

describe('policy check, without a gateway', () => {
  it('finds nothing in the shipped pack and says which roles it can ask for', async () => {
    const { code, out, err } = await run({}, 'policy', 'check', folder)
    expect([code, out]).toEqual([
      0,
      expect.stringMatching(/^ok: \d+ policies, \d+ table tests, version code /),
    ])
    expect(err).toContain('shift-lead')
  })

  it('exits 1 for a policy that is not one, naming the file', async () => {
    writeFileSync(join(folder, 'mine.cedar'), 'permit (principal, action, resource')
    const { code, out, err } = await run({}, 'policy', 'check', folder)
    expect(code).toBe(1)
    expect(out + err).toContain('mine.cedar')
  })

  it('exits 1 for a bundle that would let containment run before a person saw it [R49]', async () => {
    for (const file of ['respond.cedar', 'context.cedar', 'two-people.cedar'])
      rmSync(join(folder, file))
    const { code, out } = await run({}, 'policy', 'check', folder, '--json')
    expect(code).toBe(1)
    const report = JSON.parse(out) as { publishable: boolean; findings: { code: string }[] }
    expect(report.publishable).toBe(false)
    expect(report.findings.map((each) => each.code)).toContain('effect_before_review')
  })

  it('exits 1 when a table test fails, and names it', async () => {
    change('respond.test.yaml', 'outcome: hold', 'outcome: allow')
    const checked = await run({}, 'policy', 'check', folder)
    expect([checked.code, checked.out]).toEqual([
      1,
      expect.stringContaining('test failed: a reversible change'),
    ])
    const tested = await run({}, 'policy', 'test', folder)
    expect([tested.code, tested.out]).toEqual([
      1,
      expect.stringMatching(/FAILED a reversible change[\s\S]*1 failed\n$/),
    ])
  })
})

describe('policy explain, without a gateway', () => {
  it('answers one action in every risk tier, each with the policies that decide', async () => {
    const { code, out } = await run({}, 'policy', 'explain', folder, '--action', 'deny:ipv4_net')
    expect(code).toBe(0)
    expect(out).toMatch(/production +pending approval: approve by shift-lead +base-contain/)
    expect(out).toMatch(/shadow-agent +blocked: shadow_recorded/)
    const undecided = out
      .trimEnd()
      .split('\n')
      .filter((line) => !/ {2}\S+( \S+)*$/.test(line))
    expect(undecided).toEqual([])
  })

  it('answers a question written as in a table test, in sentences', async () => {
    const file = join(folder, 'question.yaml')
    writeFileSync(
      file,
      'call: { action: "stop:account", effect: identity }\ntarget: { kind: account }\n',
    )
    const { code, out } = await run({}, 'policy', 'explain', folder, '--request', file)
    expect(code).toBe(0)
    expect(out).toMatch(/^Pending approval/)
    expect(out).toContain('identity-owner')
    const json = await run({}, 'policy', 'explain', folder, '--request', file, '--json')
    expect(JSON.parse(json.out)).toMatchObject({ decision: { kind: 'hold' } })
  })

  it('leaves no action and tier without a deciding policy [R2]', async () => {
    const { code, out } = await run({}, 'policy', 'explain', folder, '--matrix', '--json')
    expect(code).toBe(0)
    const { rows } = JSON.parse(out) as { rows: { decision: { policyIds: string[] } }[] }
    expect(rows.length).toBeGreaterThan(100)
    expect(rows.filter(({ decision }) => decision.policyIds.length === 0)).toEqual([])
  })

  it('refuses what is no action, no effect, no file', async () => {
    const wrong = [
      ['--action', 'block the host'],
      ['--action', 'deny:ipv4_net', '--effect', 'terrible'],
      ['--request', join(folder, 'none.yaml')],
    ]
    for (const args of wrong)
      expect((await run({}, 'policy', 'explain', folder, ...args)).code).toBe(2)
  })
})
