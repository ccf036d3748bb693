import { describe, expect, it } from 'vitest'
import type { Oddity } from '../../range/practice-passkey.ts'
import { makePracticeKey } from '../../range/practice-passkey.ts'
import type { CaseExport } from '../../src/ledger/export-format.ts'
import { writeExport } from '../../src/ledger/export-format.ts'
import { digestToSign } from '../../src/ledger/sign-again.ts'
import type { Verdict } from '../../src/verify/verdict.ts'
import { verifyExport } from '../../src/verify/verify.ts'
import { CaseStory, digest, payload } from '../ledger/case-story.ts'
import { MemoryLog } from '../ledger/memory-log.ts'
import { edit, linesOf, seal } from './reseal.ts'

type Told = {
  /** The payload `signature`, given the digest of the action. */
  readonly sign?: (story: CaseStory, actionDigest: string) => string | null
  /** What the same person signed of the same action before, when they did. */
  readonly first?: (story: CaseStory, actionDigest: string) => string
  readonly before?: (story: CaseStory, log: MemoryLog) => void
  readonly change?: (parts: CaseExport) => CaseExport
  readonly hide?: string
}

/** A case in which a person said yes to containment, told as `told` says. */
async function verdictOn(told: Told): Promise<Verdict> {
  const log = new MemoryLog()
  const story = new CaseStory(log).open()
  told.before?.(story, log)
  const call = story.call('edge__block')
  const request = log.nextId()
  call.decide('hold', { request })
  call.ask(request)
  const first = told.first?.(story, call.actionDigest)
  if (first !== undefined) call.coSign(request, first)
  call.grant(request, (told.sign ?? signed)(story, call.actionDigest))
  const parts = await log.exportCase(story.caseId, (field) =>
    field === told.hide ? 'withheld' : 'disclosed',
  )
  const file = writeExport(told.change?.(parts) ?? parts)
  return verifyExport(file, `log ${log.vkey}\nquorum none\n`)
}

const signed = (story: CaseStory, action: string) => story.signature(action)
/** As a key signs that signed the action `again` times before; `over` is what it was really asked to sign. */
const again = (times: number, over: number) => (story: CaseStory, action: string) =>
  JSON.stringify({ ...JSON.parse(story.signature(digestToSign(action, over))), again: times })
const odd = (oddity: Oddity) => (story: CaseStory, action: string) =>
  story.signature(action, undefined, oddity)

function approvals({ exitCode, checks }: Verdict) {
  const check = checks.find(({ name }) => name === 'approvals')
  return [exitCode, check?.state, check?.findings?.map(({ code }) => code) ?? []]
}

describe('a yes from containment up, in an export', () => {
  it('is proved offline: the device of a person whose key somebody vouched for signed it [R137]', async () => {
    const verdict = await verdictOn({})
    expect(approvals(verdict)).toEqual([0, 'ok', []])
    const check = verdict.checks.find(({ name }) => name === 'approvals')
    expect(check?.text).toContain('1 yeses from contain up, each signed by a passkey')
    expect(check?.text).toContain('whether a key was revoked before is not in this file')
  })

  it('is proved again when its person signs the same action anew', async () => {
    const verdict = await verdictOn({ first: signed, sign: again(1, 1) })
    expect(approvals(verdict)).toEqual([0, 'ok', []])
  })

  const FAILED: readonly (readonly [string, Told, string])[] = [
    [
      'over another digest',
      { sign: (story) => story.signature(digest('another')) },
      'group_withheld',
    ],
    [
      'by another key under the same name',
      { sign: (story, action) => story.signature(action, makePracticeKey()) },
      'passkey_of_other',
    ],
    ['without user verification', { sign: odd({ flags: 1 }) }, 'signature_wrong'],
    ['that nobody touched a device for', { sign: odd({ flags: 4 }) }, 'signature_wrong'],
    [
      'made inside a frame of another site',
      { sign: odd({ crossOrigin: true }) },
      'signature_wrong',
    ],
    ['of a login', { sign: odd({ type: 'webauthn.create' }) }, 'signature_wrong'],
    ['that is changed', { sign: changed }, 'signature_wrong'],
    [
      'that cannot be read',
      { sign: (story, action) => `${story.signature(action)} {` },
      'signature_wrong',
    ],
    [
      'that stands under an earlier yes as well',
      { first: signed, sign: signed },
      'signature_twice',
    ],
    [
      'given again over what was signed the first time',
      { first: signed, sign: again(1, 0) },
      'signature_wrong',
    ],
    ['that does not say how often', { sign: again(0, 1) }, 'group_withheld'],
    [
      'by a key its own person vouched for',
      { before: (story) => story.enrol(story.person) },
      'passkey_not_vouched',
    ],
    [
      "by somebody else's key",
      { before: (story, log) => story.enrol(log.nextId(), log.nextId()) },
      'passkey_of_other',
    ],
  ]
  it.each(FAILED)('%s is not taken for one', async (_title, told, code) => {
    const [exitCode, state, codes] = approvals(await verdictOn(told))
    const isGap = code === 'group_withheld'
    expect([exitCode, state, codes]).toEqual(
      isGap ? [8, 'incomplete', [code]] : [5, 'failed', [code]],
    )
  })

  const GAPS: readonly (readonly [string, Told, string])[] = [
    ['is unsigned', { sign: () => null }, 'yes_unsigned'],
    ['has its signature withheld', { hide: 'signature' }, 'signature_withheld'],
    [
      'comes without the entries about its key',
      { change: (parts) => ({ ...parts, related: [] }) },
      'passkey_unproved',
    ],
    [
      'comes without the vouching',
      { change: (parts) => ({ ...parts, related: parts.related.slice(0, 1) }) },
      'passkey_unproved',
    ],
  ]
  it.each(GAPS)('that %s cannot be proved, and that is said', async (_title, told, code) => {
    expect(approvals(await verdictOn(told))).toEqual([8, 'incomplete', [code]])
  })

  it('fails when an entry about a key is not in the tree, or the statement is another', async () => {
    const bent = (parts: CaseExport): CaseExport => {
      const [first, ...rest] = parts.related
      if (first === undefined) throw new Error('nothing about keys')
      return { ...parts, related: [{ ...first, index: first.index + 1 }, ...rest] }
    }
    expect((await verdictOn({ change: bent })).exitCode).toBe(5)
    const log = new MemoryLog()
    const story = new CaseStory(log).open()
    const call = story.call('edge__block')
    call.decide('hold', { request: log.nextId() })
    call.ask(log.nextId(), { statement: payload('{"v":1}') })
    const file = writeExport(await log.exportCase(story.caseId))
    expect(approvals(verifyExport(file))).toEqual([5, 'failed', ['statement_wrong']])
  })

  it('in a file of version 1 is read, and has no entries outside its case', async () => {
    const log = new MemoryLog()
    const story = new CaseStory(log).open()
    const plain = linesOf(writeExport(await log.exportCase(story.caseId)))
    const first = (line: Record<string, unknown>) => {
      line.version = 1
    }
    const old = (lines: readonly string[]) =>
      verifyExport(seal(lines.map((line, at) => (at === 0 ? edit(line, first) : line)))).exitCode
    expect(old(plain)).toBe(8)
    story.enrol()
    expect(old(linesOf(writeExport(await log.exportCase(story.caseId))))).toBe(5)
  })
})

function changed(story: CaseStory, action: string): string {
  const value = JSON.parse(story.signature(action))
  const bytes = Buffer.from(value.signature, 'base64url')
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  return JSON.stringify({ ...value, signature: bytes.toString('base64url') })
}
