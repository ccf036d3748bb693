/**
 * How long a containment lasts and what happens at its end. Every containment ends (DESIGN 9): by itself where
 * the target knows an end, else at the time the entry names, else after one shift, when somebody has to look.
 */
import type { JsonObject } from '../kernel/strict-json.ts'
import { evaluateExpression } from './cel.ts'
import type { Classification, EndOfContainment, ToolEntry } from './tool.ts'
import type { Verb } from './words.ts'

const MINUTE_MS = 60_000
/** One shift: whoever was on duty still knows why, and whoever follows is told. */
export const DEFAULT_CONTAINMENT_MS = 8 * 60 * MINUTE_MS
/** A longer one belongs into the rule base, where somebody reviews it. */
const MAX_CONTAINMENT_MS = 30 * 24 * 60 * MINUTE_MS

/** What takes a restriction away is often the riskier half, but leaves nothing that would have to end. */
const LIFTS: readonly Verb[] = ['allow', 'start', 'restore', 'cancel']

/**
 * When and how the effect of a call ends; undefined when it restricts nothing. Minutes that cannot be read from
 * the arguments, or are none, count as the default: never as "for ever".
 */
export function endOfContainment(
  held: Classification,
  rule: ToolEntry['ends'],
  args: JsonObject,
): EndOfContainment | undefined {
  const restricts = held.effect === 'contain' || held.effect === 'identity'
  const canEnd = held.inverse !== undefined || held.reversibility === 'time-limited'
  if (!restricts || LIFTS.includes(held.verb)) return undefined
  if (held.effect === 'identity' && !canEnd) return undefined
  const atEnd = held.reversibility === 'time-limited' ? 'self' : (rule?.atEnd ?? 'hold')
  return { afterMs: lengthOf(rule?.minutes, args), atEnd }
}

function lengthOf(minutes: string | undefined, args: JsonObject): number {
  if (minutes === undefined) return DEFAULT_CONTAINMENT_MS
  const read = evaluateExpression(minutes, { args })
  if (!read.ok || typeof read.value !== 'number' || !(read.value > 0)) return DEFAULT_CONTAINMENT_MS
  return Math.min(Math.ceil(read.value * MINUTE_MS), MAX_CONTAINMENT_MS)
}
