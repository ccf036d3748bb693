/**
 * Whether every class a bundle gates has somebody who could own it (R126). Until the first certificate is issued
 * nobody can be eligible for anything: the installation is being set up, what is missing is told and recorded,
 * and nothing is refused for it. From the first certificate on it is.
 */
import { needsOf } from '../approval/needs.ts'
import type { PersonStore } from '../identity/ports.ts'
import { canonicalText } from '../kernel/canonical-json.ts'
import type { Finding } from '../policy/finding.ts'
import type { HeldClass } from '../policy/held.ts'
import type { GatedClass } from '../roster/coverage.ts'
import { type Unowned, unowned, unownedText } from '../roster/unowned.ts'

export type Owners = {
  readonly isBeingSetUp: boolean
  readonly unowned: readonly Unowned[]
}

export type OwnersDeps = { readonly people: PersonStore; readonly nowMs: () => number }

export async function unresolvedOwners(
  { people, nowMs }: OwnersDeps,
  tenant: string,
  held: readonly HeldClass[],
): Promise<Owners> {
  const known = await people.list(tenant)
  const certificates = (
    await Promise.all(known.map(({ id }) => people.certificates(tenant, id)))
  ).flat()
  const classes = ownedClasses(held)
  return {
    isBeingSetUp: certificates.length === 0,
    unowned: unowned({ classes, people: known, certificates, nowMs: nowMs() }),
  }
}

/** The role each demand puts first: whoever owns the question. Missing co-signers are for the coverage report. */
function ownedClasses(held: readonly HeldClass[]): readonly GatedClass[] {
  const classes = held.map(({ action, effect, ownerRole, obligations }): GatedClass => {
    const roles = needsOf(obligations, ownerRole).map(({ role }) => role)
    return { action, effect, roles: roles.slice(0, 1) }
  })
  return [...new Map(classes.map((one) => [canonicalText(one), one])).values()]
}

/** One finding for each class and role; an error once there are people to choose from. */
export function ownerFindings({ isBeingSetUp, unowned }: Owners): readonly Finding[] {
  const severity = isBeingSetUp ? 'warning' : 'error'
  const details = new Set(unowned.map(unownedText))
  return [...details].map((detail) => ({
    severity,
    code: 'owner_unresolved',
    policy: 'bundle',
    detail,
  }))
}
