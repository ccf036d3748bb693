/**
 * Obligations ride on forbid policies as annotations: `@requires("approve") @role("shift-lead")
 * @cosign("incident-commander")`. What cannot be read as an obligation is a plain forbid, so a misspelt
 * annotation blocks more, never less.
 */
import type { Role } from '../identity/person.ts'
import { isRole } from '../identity/person.ts'
import type { Obligation } from './decision.ts'

export type Annotations = Readonly<Record<string, string>>

/** From the weakest to the strongest (DESIGN 9). */
export const STRENGTHS = ['confirm', 'approve', 'dual'] as const
export type Strength = (typeof STRENGTHS)[number]

export function isStrength(text: string | undefined): text is Strength {
  return (STRENGTHS as readonly (string | undefined)[]).includes(text)
}

/** The obligation a forbid carries; undefined when it is a hard forbid or its annotations do not read. */
export function obligationOf(
  policyId: string,
  annotations: Annotations | undefined,
): Obligation | undefined {
  const requires = annotations?.requires
  const role = annotations?.role
  if (!isStrength(requires) || role === undefined || !(isRole(role) || role === 'owner'))
    return undefined
  const coSigners = coSignersOf(annotations?.cosign)
  if (coSigners === undefined || (requires === 'dual' && coSigners.length === 0)) return undefined
  return {
    policyId,
    requires,
    role,
    coSigners,
    reason: annotations?.reason ?? '',
    control: annotations?.control ?? '',
  }
}

/** Roles of a `@cosign("a|b")`; none when absent, undefined when one of them is no role. */
export function coSignersOf(text: string | undefined): readonly Role[] | undefined {
  if (text === undefined) return []
  const roles = text.split('|')
  return roles.every(isRole) ? roles : undefined
}

/**
 * Puts the roles of a union in order, so that one question does not ask more people than it must:
 * `owner` becomes the role that owns the class, and a `confirm` is given by whoever gives the strongest of
 * the other signatures. Ids, strengths and co-signers stay as the policies wrote them.
 */
export function settleRoles(
  obligations: readonly Obligation[],
  ownerRole: Role,
): readonly Obligation[] {
  const named = obligations.map((one) => (one.role === 'owner' ? { ...one, role: ownerRole } : one))
  const strongest = named
    .filter((one) => one.requires !== 'confirm')
    .toSorted((a, b) => STRENGTHS.indexOf(b.requires) - STRENGTHS.indexOf(a.requires))[0]
  if (strongest === undefined) return named
  return named.map((one) => (one.requires === 'confirm' ? { ...one, role: strongest.role } : one))
}
