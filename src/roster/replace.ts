/**
 * What has to change so that the shifts of a feed say what the feed says now. Pure. The past is left alone: a
 * shift that is gone from the feed ends now and did happen until then.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { NextId } from '../kernel/ids.ts'
import type { Shift } from './roster.ts'

export type Replacement = {
  /** Shifts that had not begun; as if they had never been planned. */
  readonly removed: readonly Shift[]
  /** Running shifts of before, now ending at this instant. */
  readonly ended: readonly Shift[]
  readonly added: readonly Shift[]
}

/** `existing` are the shifts of the source that end after `nowMs`. */
export function replaceShifts(
  existing: readonly Shift[],
  wanted: readonly Omit<Shift, 'id'>[],
  nowMs: InstantMs,
  nextId: NextId,
): Replacement {
  const ahead = wanted.filter((shift) => shift.toMs > nowMs && shift.toMs > shift.fromMs)
  const wantedKeys = new Set(ahead.map((shift) => keyOf(shift, nowMs)))
  const keptKeys = new Set<string>()
  const gone = existing.filter((shift) => {
    const key = keyOf(shift, nowMs)
    const isKept = wantedKeys.has(key) && !keptKeys.has(key)
    if (isKept) keptKeys.add(key)
    return !isKept
  })
  const heldRoles = new Set(existing.map(({ role }) => role))
  const added: Shift[] = []
  for (const shift of ahead) {
    const key = keyOf(shift, nowMs)
    if (keptKeys.has(key)) continue
    keptKeys.add(key)
    // Where we already told who was on duty, a rewritten shift begins now: it may not rewrite what was.
    const fromMs = heldRoles.has(shift.role) ? Math.max(shift.fromMs, nowMs) : shift.fromMs
    added.push({ ...shift, fromMs, id: nextId() })
  }
  return {
    removed: gone.filter((shift) => shift.fromMs >= nowMs),
    ended: gone.filter((shift) => shift.fromMs < nowMs).map((shift) => ({ ...shift, toMs: nowMs })),
    added,
  }
}

/** Two shifts that are the same from now on. */
function keyOf(shift: Omit<Shift, 'id'>, nowMs: InstantMs): string {
  const { role, person, fromMs, toMs, precedence } = shift
  return [role, person, Math.max(fromMs, nowMs), toMs, precedence].join('|')
}
