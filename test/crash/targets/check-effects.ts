/** What the record says of an order, against what its target shows. Pure; the target was looked at beforehand. */
import type { Snapshot } from '../snapshot.ts'
import type { Violation } from '../violation.ts'

/** How far an order has come, from the agent's and the person's side. */
export type Ordered = {
  /** Id of the call, as the agent was told when it asked. */
  readonly call: string
  readonly id: string
}

/** The ends on record of one call, in order; empty when it was never dispatched. */
export function endsOf(now: Snapshot, call: string): readonly string[] {
  return now.entries.flatMap(({ entry }) =>
    entry.type === 'tool.call.outcome' && entry.call === call ? [String(entry.data.outcome)] : [],
  )
}

export function isDispatched(now: Snapshot, call: string): boolean {
  return now.entries.some(
    ({ entry }) => entry.type === 'tool.call.dispatched' && entry.call === call,
  )
}

/**
 * Once the gateway has looked again, it knows whether the act took effect: `unknown` is no answer any more, because
 * the target can be seen.
 */
export function checkTold(
  now: Snapshot,
  { call, id }: Ordered,
  isThere: boolean,
): readonly Violation[] {
  if (!isDispatched(now, call)) {
    return isThere ? [{ code: 'acted_without_dispatch', detail: `${id} of call ${call}` }] : []
  }
  const last = endsOf(now, call).at(-1)
  const isRight = isThere ? last === 'applied_verified' : last === 'no_effect' || last === 'failed'
  if (isRight) return []
  const detail = `call ${call} on ${id} is ${last ?? 'without an outcome'}, and its effect is ${isThere ? '' : 'not '}there`
  return [{ code: 'effect_untold', detail }]
}
