/**
 * A human being. Only people approve; roles say what for, the roster says when, a certificate says that they
 * learned how.
 */
import type { InstantMs } from '../kernel/clock.ts'

/** What a person's API token starts with, so that one in an agent's hands is recognised at sight (R11). */
export const PERSON_TOKEN_PREFIX = 'cs_person_'

export const ROLES = [
  'analyst',
  'tier3-analyst',
  'shift-lead',
  'incident-commander',
  'identity-owner',
  'service-owner',
  'privacy-officer',
  'platform-engineer',
  'auditor',
] as const
export type Role = (typeof ROLES)[number]

export function isRole(text: string): text is Role {
  return (ROLES as readonly string[]).includes(text)
}

export type Person = {
  readonly tenant: string
  readonly id: string
  readonly name: string
  readonly email: string
  readonly roles: readonly Role[]
  readonly state: 'active' | 'suspended'
  readonly revision: number
  /** The ledger entry that recorded these roles; without it they count for nothing (approval/on-record.ts). */
  readonly rolesEntry?: string
}

/** Shows that a person was trained for a class of action. A class is an effect or an action name. */
export type Certificate = {
  readonly tenant: string
  readonly id: string
  readonly person: string
  readonly actionClass: string
  readonly issuer: string
  readonly expiresAtMs: InstantMs
  /** The ledger entry that recorded it; without it the certificate counts for nothing. */
  readonly entry?: string
}
