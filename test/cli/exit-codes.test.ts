import { describe, expect, it } from 'vitest'
import { EXIT, exitCodeOf } from '../../src/cli/exit-codes.ts'
import { FAILURES, type FailureCode } from '../../src/kernel/failure.ts'
import { run } from './terminal.ts'

/** Literals on purpose: scripts of others depend on them. A code that is not named here exits with 1. */
const PINNED: Readonly<Record<number, readonly string[]>> = {
  2: ['usage_invalid', 'request_invalid', 'reason_required', 'details_invalid'],
  3: [
    'approval_denied',
    'approval_cancelled',
    'approval_modified',
    'approval_void',
    'approval_stopped',
    'approval_superseded',
    'no_permit',
    'no_permit_even_if_approved',
    'forbidden',
    'stopped',
    'purpose_forbids',
    'mode_forbids',
    'budget_exhausted',
    'target_never_touch',
  ],
  4: ['pending_approval', 'approval_expired', 'change_proposed'],
  5: [
    'ledger_entry_tampered',
    'ledger_tile_torn',
    'ledger_head_wrong',
    'policy_unrecorded',
    'store_behind_witness',
    'store_forked',
    'signer_refused',
  ],
  6: [
    'not_authenticated',
    'token_expired',
    'token_wrong_audience',
    'token_replayed',
    'human_token_refused',
    'agent_unknown',
    'agent_not_active',
    'agent_may_not_approve',
    'not_permitted',
    'not_eligible',
    'second_person_needed',
    'cross_tenant',
  ],
  7: ['gateway_unreachable'],
}

describe('an exit code', () => {
  it('means what it always meant', () => {
    expect(EXIT).toEqual({
      done: 0,
      failed: 1,
      usage: 2,
      denied: 3,
      pending: 4,
      verificationFailed: 5,
      notPermitted: 6,
      unreachable: 7,
      incomplete: 8,
    })
  })

  it('is the same for a failure wherever it comes from, and 1 where nothing else is said', () => {
    const codes = Object.keys(FAILURES) as FailureCode[]
    const expected = codes.map((code) => {
      const exit = Object.entries(PINNED).find(([, list]) => list.includes(code))?.[0] ?? '1'
      return [code, Number(exit)]
    })
    expect(codes.map((code) => [code, exitCodeOf(code)])).toEqual(expected)
    expect(
      Object.values(PINNED)
        .flat()
        .filter((code) => !Object.hasOwn(FAILURES, code)),
    ).toEqual([])
  })
})

describe('a command line', () => {
  it('without a verb shows the verbs and exits 2', async () => {
    const { code, out, err } = await run({}, 'approval')
    expect([code, out]).toEqual([2, ''])
    expect(err).toContain('take-over')
  })

  it('that was asked for help exits 0 and names every exit code', async () => {
    const { code, out, err } = await run({}, '--help')
    expect([code, err]).toEqual([0, ''])
    for (const exit of Object.values(EXIT)) expect(out).toMatch(new RegExp(`\\b${exit} [a-z]`))
  })

  // biome-ignore format: a table reads best with one row per line
  const wrong: readonly (readonly [name: string, args: readonly string[], says: string])[] = [
    ['an unknown noun', ['aproval', 'list'], "unknown command 'aproval'"],
    ['an unknown verb', ['approval', 'bless'], "unknown command 'bless'"],
    ['an unknown option', ['approval', 'list', '--forever'], "unknown option '--forever'"],
    ['a missing argument', ['case', 'show'], "missing required argument 'case'"],
    ['too much', ['case', 'list', 'all'], 'too many arguments'],
    ['a state that does not exist', ['approval', 'list', '--state', 'maybe'], '--state is one of pending'],
    ['a missing file name', ['case', 'export', 'INC-1'], "required option '-o, --out <file>'"],
    ['nothing to explain', ['policy', 'explain'], 'say what to explain'],
    ['an entry that is no number', ['ledger', 'prove', 'three'], 'whole number'],
    ['nothing to verify', ['verify'], "missing required argument 'file'"],
  ]
  it.each(wrong)(
    'with %s exits 2, says what is wrong and the next step',
    async (_name, args, says) => {
      const { code, out, err } = await run({}, ...args)
      expect([code, out]).toEqual([2, ''])
      expect(err).toContain('error usage_invalid: ')
      expect(err).toContain(says)
      expect(err).toMatch(/\n {2}next: .+\.\n$/)
    },
  )

  it('exits 7 when nobody answers at the address', async () => {
    const { code, out, err } = await run({ url: 'http://127.0.0.1:9', token: 'x' }, 'case', 'list')
    expect([code, out]).toEqual([7, ''])
    expect(err).toContain('error gateway_unreachable: ')
    expect(err).toContain('next: Start it with `countersign serve`')
  })

  it('exits 6 when it is not said who asks, and names the ways to say it', async () => {
    const { code, err } = await run({}, 'case', 'list')
    expect(code).toBe(6)
    expect(err).toContain('error not_authenticated: ')
    expect(err).toContain(
      'next: Say who you are: --as NAME, --token-file FILE, or COUNTERSIGN_TOKEN.',
    )
  })

  it('tells an error as one JSON object where --json was asked for', async () => {
    const { code, out, err } = await run(
      { url: 'http://127.0.0.1:9', token: 'x' },
      'case',
      'list',
      '--json',
    )
    expect([code, out]).toEqual([7, ''])
    expect(JSON.parse(err)).toMatchObject({ code: 'gateway_unreachable', next: expect.any(String) })
  })
})
