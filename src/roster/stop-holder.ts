/**
 * Who holds the stop switch at an instant (R146). Anybody on the rota may press it; this is the one who is asked to:
 * whoever commands, else whoever leads, else the first of those on duty. Pure, and answers nobody exactly when the
 * gap report names the instant.
 */
import type { Role } from '../identity/person.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { type OnCall, onCall, type RosterView } from './on-call.ts'
import { byPrecedence } from './roster.ts'

export type StopHolder = OnCall & { readonly role: Role }

const FIRST: readonly Role[] = ['incident-commander', 'shift-lead']

/** `active` are the people who may act at all. */
export function stopHolder(
  view: RosterView,
  active: ReadonlySet<string>,
  atMs: InstantMs,
): StopHolder | undefined {
  const able = { ...view, shifts: view.shifts.filter(({ person }) => active.has(person)) }
  const now = firstAt(able, atMs)
  if (now === undefined) return undefined
  const changesAtMs = able.shifts
    .flatMap(({ fromMs, toMs }) => [fromMs, toMs])
    .filter((edge) => edge > atMs)
    .sort((a, b) => a - b)
    .find((edge) => firstAt(able, edge)?.who !== now.who)
  return { ...now, untilMs: Math.min(view.knownToMs, changesAtMs ?? now.untilMs) }
}

function firstAt(view: RosterView, atMs: InstantMs): StopHolder | undefined {
  const onDuty = view.shifts.filter(({ fromMs, toMs }) => fromMs <= atMs && atMs < toMs)
  const others = onDuty.toSorted(byPrecedence).map(({ role }) => role)
  for (const role of [...FIRST, ...others]) {
    const found = onCall(view, role, atMs)
    if (found !== undefined) return { ...found, role }
  }
  return undefined
}
