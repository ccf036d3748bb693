/**
 * How much of a case the agents did, by what each call that was sent could have changed: nothing (they assisted), how
 * the case is seen (they steered), or something out there (they acted). Read off the record, so a call that was only
 * decided about counts for nothing. Pure.
 */
import type { Timeline } from '../api/wire.ts'

type TimelineEntry = Timeline['entries'][number]

export type Share = { readonly assisted: number; readonly steered: number; readonly acted: number }

const ASSISTING: readonly unknown[] = ['read', 'annotate']

/** An effect this console does not know counts as an act. */
export function shareOf(entries: readonly TimelineEntry[]): Share {
  const effects = new Map<string, unknown>()
  for (const { type, call, data } of entries)
    if (type === 'tool.call.decided' && call !== undefined) effects.set(call, data.effect)
  const sent = entries.filter(
    ({ type, actor }) => type === 'tool.call.dispatched' && actor.kind === 'agent',
  )
  const of = sent.map(({ call }) => effects.get(call ?? ''))
  const assisted = of.filter((effect) => ASSISTING.includes(effect)).length
  const steered = of.filter((effect) => effect === 'influence').length
  return { assisted, steered, acted: of.length - assisted - steered }
}
