/** What one step up the ladder of a request did, and what it leaves behind. */
import type { Role } from '../identity/person.ts'
import type { ApprovalRequest } from './request.ts'

export type RungReason = 'unacknowledged' | 'half_time' | 'no_holder' | 'asked'

/** One step that happened. `person` is who is paged by it; nobody means there was nobody to page. */
export type Rung = (
  | {
      readonly kind: 'escalated'
      readonly reason: RungReason
      readonly role: Role
      readonly person?: string
    }
  | {
      readonly kind: 'handed_over'
      readonly reason: 'off_duty' | 'not_entitled' | 'came_on_duty'
      readonly person: string
      readonly previous?: string
    }
) & {
  /** The person signed beside the owner before; that yes ends, because nobody meets two needs (R150). */
  readonly withdrawn?: true
}

export type Climb = { readonly request: ApprovalRequest; readonly rungs: readonly Rung[] }
