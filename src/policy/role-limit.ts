/** The limits of a role, as a bundle carries them. */
import type { Role } from '../identity/person.ts'

export type RoleLimit = {
  readonly role: Role
  /** 0 to 5; a target the inventory does not know counts as 5. */
  readonly maxCriticality: number
  readonly maxTargets: number
  readonly environments: readonly string[]
}
