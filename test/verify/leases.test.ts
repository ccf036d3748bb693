/** What a stranger finds wrong with borrowed credentials in an export, against a small model of their life. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { writeExport } from '../../src/ledger/export-format.ts'
import { verifyExport } from '../../src/verify/verify.ts'
import { type Call, CaseStory, digest, TTL_MS } from '../ledger/case-story.ts'
import { MemoryLog, START_MS } from '../ledger/memory-log.ts'

/** The export of a case in which one call did as told: what the verifier says, and why. */
async function verified(tell: (call: Call) => unknown) {
  const log = new MemoryLog()
  const story = new CaseStory(log).open()
  tell(story.call('logs__query'))
  const file = writeExport(await log.exportCase(story.caseId))
  const { exitCode, checks } = verifyExport(file, `log ${log.vkey}\nquorum none\n`)
  const { findings = [], text = '' } = checks.find(({ name }) => name === 'rules') ?? {}
  return { exitCode, codes: findings.map(({ code }) => code), text }
}

/** The whole life of a lease, each step as it should be unless told otherwise. */
function live(call: Call, steps: Partial<Record<'want' | 'borrow' | 'dispatch', () => unknown>>) {
  call.decide('allow')
  ;(steps.want ?? (() => call.want()))()
  ;(steps.borrow ?? (() => call.borrow()))()
  ;(steps.dispatch ?? (() => call.dispatch()))()
  call.outcome('no_effect')
  call.giveBack('lease.ending')
  call.giveBack('lease.revoked')
}

describe('a credential that was borrowed, in an export', () => {
  it('verifies when it was decided, asked for, issued, used and taken back', async () => {
    expect(await verified((call) => live(call, {}))).toMatchObject({ exitCode: 0, codes: [] })
  })

  it.each<[string, (call: Call) => Parameters<typeof live>[1], string]>([
    [
      'was never asked for',
      (call) => ({
        want: () => {
          call.leaseId = call.id
        },
        borrow: () => call.borrow({}, [call.decided]),
      }),
      'lease_without_request',
    ],
    [
      'does not say what it was asked for by',
      (call) => ({ borrow: () => call.borrow({}, [call.decided]) }),
      'lease_without_request',
    ],
    [
      'is of another broker than was asked',
      (call) => ({ borrow: () => call.borrow({ broker: 'edr' }) }),
      'lease_without_request',
    ],
    [
      'is good for more than was asked',
      (call) => ({ borrow: () => call.borrow({ scope: digest('all') }) }),
      'lease_without_request',
    ],
    [
      'is another one than was asked for',
      (call) => ({ borrow: () => call.borrow({ lease: call.id }) }),
      'lease_without_request',
    ],
    [
      'lives for longer than was asked',
      (call) => ({ borrow: () => call.borrow({ expires: START_MS + TTL_MS + 1 }) }),
      'lease_outlives_request',
    ],
    [
      'lives for longer than its task',
      (call) => ({
        want: () => call.want({ ttl_ms: 7_200_000 }),
        borrow: () => call.borrow({ expires: START_MS + 3_600_001 }),
      }),
      'lease_outlives_task',
    ],
    [
      'was asked for without a decision',
      (call) => ({ want: () => call.want({}, []) }),
      'lease_without_decision',
    ],
    [
      'does not say what was decided',
      (call) => ({ borrow: () => call.borrow({}, [call.wanted]) }),
      'lease_without_decision',
    ],
    [
      'was issued twice',
      (call) => ({
        dispatch: () => {
          call.borrow()
          call.dispatch()
        },
      }),
      'lease_issued_twice',
    ],
    [
      'was used after its end',
      (call) => ({
        dispatch: () => {
          call.giveBack('lease.ending')
          call.dispatch()
        },
      }),
      'lease_ended',
    ],
    [
      'was issued after it was taken back',
      (call) => ({
        want: () => {
          call.want()
          call.giveBack('lease.revoked')
        },
      }),
      'lease_ended',
    ],
  ])('fails, with the rule that is broken, when it %s', async (_what, steps, code) => {
    const found = await verified((call) => live(call, steps(call)))
    expect(found.exitCode).toBe(5)
    expect(found.codes).toContain(code)
    expect(found.text).toMatch(/rules of the gateway are broken in the record$/)
  })

  it('never precedes its decision or its request, in whatever order the record has them', async () => {
    const steps = ['decide', 'want', 'borrow', 'end'] as const
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...steps]), fc.boolean(), async (order, isAllowed) => {
        const found = await verified((call) => {
          for (const step of order) play(call, step, isAllowed)
        })
        expect(new Set(found.codes)).toEqual(new Set(expectedOf(order, isAllowed)))
        expect(found.exitCode).toBe(found.codes.length === 0 ? 0 : 5)
      }),
      { numRuns: 60 },
    )
  })
})

type Step = 'decide' | 'want' | 'borrow' | 'end'

/** Cites whatever was there to be cited. */
function play(call: Call, step: Step, isAllowed: boolean): void {
  const there = (...ids: readonly string[]) => ids.filter((id) => id !== '')
  if (call.leaseId === '') call.leaseId = call.story.log.nextId()
  if (step === 'decide') call.decide(isAllowed ? 'allow' : 'deny')
  else if (step === 'want') call.want({ lease: call.leaseId }, there(call.decided))
  else if (step === 'borrow') call.borrow({}, there(call.decided, call.wanted))
  else call.giveBack('lease.revoked')
}

function expectedOf(order: readonly Step[], isAllowed: boolean): readonly string[] {
  const isBefore = (first: Step, then: Step) =>
    order.includes(first) && order.indexOf(first) < order.indexOf(then)
  const codes: string[] = []
  for (const step of ['want', 'borrow'] as const) {
    if (!order.includes(step)) continue
    if (!isAllowed || !isBefore('decide', step)) codes.push('lease_without_decision')
  }
  if (!order.includes('borrow')) return codes
  if (!isBefore('want', 'borrow')) codes.push('lease_without_request')
  if (isBefore('end', 'borrow')) codes.push('lease_ended')
  return codes
}
