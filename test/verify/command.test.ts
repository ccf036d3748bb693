import { spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { writeExport } from '../../src/ledger/export-format.ts'
import { CaseStory } from '../ledger/case-story.ts'
import { MemoryLog } from '../ledger/memory-log.ts'

/** The verifier as an auditor gets it: three folders and Node, nothing installed. */
let place = ''
let main = ''

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'verifier-'))
  for (const folder of ['kernel', 'ledger', 'verify'])
    cpSync(`src/${folder}`, join(place, 'src', folder), { recursive: true })
  writeFileSync(join(place, 'package.json'), '{"type":"module"}')
  main = join(place, 'src/verify/main.ts')
  const log = new MemoryLog()
  const story = new CaseStory(log)
  story.play()
  const file = writeExport(await log.exportCase(story.caseId))
  writeFileSync(join(place, 'good.countersign'), file)
  writeFileSync(join(place, 'cut.countersign'), file.subarray(0, -1))
  writeFileSync(join(place, 'trust'), `log ${log.vkey}\nquorum none\n`)
  writeFileSync(join(place, 'broken-trust'), 'log x\n')
  mkdirSync(join(place, 'folder'))
})

afterAll(() => rmSync(place, { recursive: true, force: true }))

function verify(...args: string[]): { code: number | null; out: string; err: string } {
  const run = spawnSync(process.execPath, [main, ...args], {
    cwd: place,
    encoding: 'utf8',
    timeout: 15_000,
  })
  return { code: run.status, out: run.stdout, err: run.stderr }
}

describe('the verify command, alone in a folder without packages', () => {
  it('exits 0 with a trust policy and says what was verified', () => {
    const { code, out, err } = verify('good.countersign', '--trust', 'trust')
    expect([code, err]).toEqual([0, ''])
    expect(out).toMatch(/^ok {3}file /)
    expect(out.trimEnd().split('\n').at(-1)).toBe('verified, not independently witnessed')
    expect(out.trimEnd().split('\n')).toHaveLength(9 + 3 + 1)
  })

  it('exits 8 without one and 5 for a changed file', () => {
    const untrusted = verify('good.countersign')
    expect(untrusted.code).toBe(8)
    expect(untrusted.out).toContain('self-consistent, signer not trusted')
    const cut = verify('cut.countersign', '--trust', 'trust')
    expect(cut.code).toBe(5)
    expect(cut.out).toContain('verification FAILED: file')
  })

  it('exits 1 for files it cannot read and 2 for wrong usage, saying why on standard error', () => {
    for (const args of [
      ['absent'],
      ['folder'],
      ['good.countersign', '--trust', 'absent'],
      ['good.countersign', '--trust', 'broken-trust'],
    ]) {
      const { code, out, err } = verify(...args)
      expect([code, out, err.length > 0], args.join(' ')).toEqual([1, '', true])
    }
    for (const args of [[], ['a', 'b'], ['--unknown', 'a'], ['a', '--trust']]) {
      const { code, err } = verify(...args)
      expect([code, err.includes('usage: countersign verify FILE')], args.join(' ')).toEqual([
        2,
        true,
      ])
    }
  })

  it('prints the whole verdict as JSON', () => {
    const { code, out } = verify('good.countersign', '--json', '--trust', 'trust')
    const verdict = JSON.parse(out)
    expect(code).toBe(0)
    expect(verdict).toMatchObject({
      exitCode: 0,
      subject: { tenant: 'main', entries: 15 },
      actions: [{}, {}, {}],
    })
    expect(verdict.checks.map((check: { name: string }) => check.name)).toEqual([
      'file',
      'log',
      'entries',
      'case',
      'payloads',
      'rules',
      'approvals',
      'trust',
      'witnesses',
    ])
  })
})
