/** Who signs second when a rule asks for two people and names only one. */
import type { Role } from '../identity/person.ts'

/** The next role up, never the same one. Above the commander stands whoever owns the service. */
export function secondRole(first: Role): Role {
  return first === 'incident-commander' ? 'service-owner' : 'incident-commander'
}
