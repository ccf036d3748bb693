/**
 * Which gated classes nobody could own, were everybody on duty at once: what is missing then is a person, not a
 * shift (R126). Pure; the same tests as coverage, so that both mean the same by eligible.
 */
import type { Certificate, Person } from '../identity/person.ts'
import type { InstantMs } from '../kernel/clock.ts'
import { coverage, type Gap, type GatedClass } from './coverage.ts'
import type { Shift } from './roster.ts'

export type Unowned = Pick<Gap, 'action' | 'effect' | 'role' | 'reason'>

export function unowned(facts: {
  readonly classes: readonly GatedClass[]
  readonly people: readonly Person[]
  readonly certificates: readonly Certificate[]
  readonly nowMs: InstantMs
}): readonly Unowned[] {
  const span = { fromMs: facts.nowMs, toMs: facts.nowMs + 1 }
  const shifts = facts.people.flatMap(({ tenant, id, roles }) =>
    roles.map((role): Shift => {
      return {
        tenant,
        id: `${id}/${role}`,
        role,
        person: id,
        precedence: 0,
        source: 'all',
        ...span,
      }
    }),
  )
  const { classes, people, certificates } = facts
  const { gaps } = coverage({ ...span, classes, shifts, people, certificates })
  return gaps.map(({ action, effect, role, reason }) => ({ action, effect, role, reason }))
}

/** What is missing, in words, naming the class and the role. */
export function unownedText({ action, effect, role }: Unowned): string {
  return `${action} (${effect}): nobody who is active and certified for it can answer as ${role}`
}
