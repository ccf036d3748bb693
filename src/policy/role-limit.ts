/** How far a role reaches when it answers for something: data of the policy bundle, not of the code (R134). */
import type { Effect } from '../catalogue/tool.ts'
import type { Role } from '../identity/person.ts'

export type RoleLimit = {
  readonly role: Role
  /** The worst effect it may release. */
  readonly upTo: Effect
  /** 0 to 5; from `write` up a target the inventory does not know counts as 5. */
  readonly maxCriticality: number
  readonly maxTargets: number
  /** Absent: in all of them. */
  readonly environments?: readonly string[]
}

/** The reach of a role the bundle says nothing about: none. */
export function limitFor(limits: readonly RoleLimit[], role: Role): RoleLimit {
  const none: RoleLimit = { role, upTo: 'read', maxCriticality: 0, maxTargets: 0 }
  return limits.find((limit) => limit.role === role) ?? none
}
