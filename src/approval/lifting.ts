/**
 * Who may take back what was done, and when (DESIGN 9): whoever signed for it for a quarter of an hour, because a
 * mistake is seen by the one who made it; whoever leads the shift at any time. Pure.
 */
import type { Person, Role } from '../identity/person.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Shift } from '../roster/roster.ts'

export const APPROVER_LIFTS_MS = 15 * 60_000

const LEADS = ['shift-lead', 'incident-commander'] as const satisfies readonly Role[]

export type LiftFacts = {
  readonly person: Person
  readonly onDuty: readonly Shift[]
  /** Who signed for what is to be lifted. */
  readonly approvers: readonly string[]
  readonly actedAtMs: InstantMs
  /** Names of what was acted upon, lower case. */
  readonly targetNames: readonly string[]
  readonly nowMs: InstantMs
}

export type MayLift =
  | { readonly may: true; readonly by: 'approver' | (typeof LEADS)[number] }
  | { readonly may: false; readonly failing: 'suspended' | 'target' | 'role' | 'on_duty' }

export function mayLift(facts: LiftFacts): MayLift {
  const { person, approvers, actedAtMs, nowMs } = facts
  if (person.state !== 'active') return { may: false, failing: 'suspended' }
  if (isTarget(facts)) return { may: false, failing: 'target' }
  const isSoon = actedAtMs <= nowMs && nowMs - actedAtMs < APPROVER_LIFTS_MS
  if (isSoon && approvers.includes(person.id)) return { may: true, by: 'approver' }
  const led = LEADS.filter((role) => person.roles.includes(role))
  if (led.length === 0) return { may: false, failing: 'role' }
  const role = led.find((each) =>
    facts.onDuty.some((shift) => shift.person === person.id && shift.role === each),
  )
  return role === undefined ? { may: false, failing: 'on_duty' } : { may: true, by: role }
}

/** Nobody frees their own account. */
function isTarget({ person, targetNames }: LiftFacts): boolean {
  const email = person.email.toLowerCase()
  return targetNames.includes(email) || targetNames.includes(email.split('@')[0] ?? email)
}
