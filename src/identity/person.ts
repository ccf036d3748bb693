/**
 * A human being. Only people approve; roles say what for, the roster says when, a certificate says that they
 * learned how.
 */
import type { InstantMs } from '../kernel/clock.ts'

export const ROLES = [
  'analyst', 'tier3-analyst', 'shift-lead', 'incident-commander', 'identity-owner', 'service-owner',
  'privacy-officer', 'platform-engineer', 'auditor',
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
}

/** Shows that a person was trained for a class of action. A class is an effect or an action name. */
export type Certificate = {
  readonly tenant: string
  readonly id: string
  readonly person: string
  readonly actionClass: string
  readonly issuer: string
  readonly expiresAtMs: InstantMs
}
