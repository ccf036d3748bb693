/** A rota kept elsewhere, as an adapter is told of it. */
import type { Role } from '../identity/person.ts'

export type Duty = { readonly role: Role; readonly precedence: number }

type Common = {
  /** `[a-z0-9-]{1,20}`. */
  readonly id: string
}

export type IcalSpec = Common & {
  readonly kind: 'ical'
  /** Either this or `file`. */
  readonly url?: string
  readonly file?: string
  /** Read anew for each refresh, so that a new token needs no restart. */
  readonly token?: () => string
  /** IANA zone of floating times and whole days; absent: such events are refused. */
  readonly zone?: string
  /** Role of events no rule names; absent: they are not part of the rota. */
  readonly role?: Role
  /** The first whose text is part of the summary counts. */
  readonly events: readonly (Duty & { readonly contains: string })[]
}

export type PagerdutySpec = Common & {
  readonly kind: 'pagerduty'
  readonly url: string
  readonly token: () => string
  /** Id of a schedule, or of an escalation policy, to the role of whoever it puts on call. */
  readonly schedules: { readonly [id: string]: Role }
  readonly escalationPolicies: { readonly [id: string]: Role }
}

export type RosterSpec = IcalSpec | PagerdutySpec
