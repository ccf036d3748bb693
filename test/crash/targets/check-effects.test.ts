import { describe, expect, it } from 'vitest'
import type { Snapshot } from '../snapshot.ts'
import { checkTold } from './check-effects.ts'

const ORDER = { call: 'call-1', id: '10.99.0.1' }

/** A record that holds only what is asked of it: the dispatch of the call, if any, and its outcomes in order. */
function recordOf(isDispatched: boolean, ...outcomes: readonly string[]): Snapshot {
  const types = [
    ...(isDispatched ? [['tool.call.dispatched', {}] as const] : []),
    ...outcomes.map((outcome) => ['tool.call.outcome', { outcome }] as const),
  ]
  const entries = types.map(([type, data], index) => ({
    index,
    leaf: '',
    entry: { type, call: ORDER.call, data },
  }))
  return { entries } as unknown as Snapshot
}

describe('a target that was looked at after a crash', () => {
  it.each([
    ['done and known', true, recordOf(true, 'applied_verified')],
    ['done and found out', true, recordOf(true, 'unknown', 'applied_verified')],
    ['not done and found out', false, recordOf(true, 'unknown', 'no_effect')],
    ['never sent', false, recordOf(false)],
  ])('agrees with a record that says %s', (_what, isThere, record) => {
    expect(checkTold(record, ORDER, isThere)).toEqual([])
  })

  it.each([
    ['done, and never sent', true, recordOf(false), 'acted_without_dispatch'],
    ['done, and nobody knows', true, recordOf(true, 'unknown'), 'effect_untold'],
    ['done, and said not to be', true, recordOf(true, 'unknown', 'no_effect'), 'effect_untold'],
    ['done, and without an end', true, recordOf(true), 'effect_untold'],
    ['not done, and said to be', false, recordOf(true, 'applied_verified'), 'effect_untold'],
  ])('tells on a record by which it is %s', (_what, isThere, record, code) => {
    expect(checkTold(record, ORDER, isThere)).toMatchObject([{ code }])
  })
})
