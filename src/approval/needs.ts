/** Turns the obligations of a held decision into the signatures that are needed. Pure. */
import type { Role } from '../identity/person.ts'
import type { Obligation } from '../policy/decision.ts'
import { secondRole } from './ownership.ts'
import type { Need, Strength } from './request.ts'

const ORDER: readonly Strength[] = ['confirm', 'approve', 'dual']

/**
 * One need per role, with the strongest demand and all policies it discharges. A `dual` obligation always
 * yields two different roles. The first need is the owner's. `ownerRole` is what `owner` stands for here (R150).
 */
export function needsOf(obligations: readonly Obligation[], ownerRole: Role): readonly Need[] {
  const byRole = new Map<Role, Need>()
  const add = (role: Role, strength: Strength, policyId: string) => {
    const old = byRole.get(role)
    const policyIds = [...new Set([...(old?.policyIds ?? []), policyId])].sort()
    byRole.set(role, { role, strength: stronger(old?.strength, strength), policyIds })
  }
  for (const obligation of obligations) {
    const role = obligation.role === 'owner' ? ownerRole : obligation.role
    add(role, obligation.requires, obligation.policyId)
    for (const coSigner of obligation.coSigners)
      add(coSigner, obligation.requires, obligation.policyId)
    const others = obligation.coSigners.filter((coSigner) => coSigner !== role)
    if (obligation.requires === 'dual' && others.length === 0) {
      add(secondRole(role), 'dual', obligation.policyId)
    }
  }
  const ranked = [...byRole.values()].sort(
    (a, b) => ORDER.indexOf(b.strength) - ORDER.indexOf(a.strength),
  )
  // A confirm beside an approve is met by the stronger signature of somebody else; asking twice adds nothing.
  const strongest = ranked[0]?.strength
  if (strongest === undefined || strongest === 'confirm') return ranked
  const kept = ranked.filter((need) => need.strength !== 'confirm')
  const confirmed = ranked
    .filter((need) => need.strength === 'confirm')
    .flatMap((need) => need.policyIds)
  return kept.map((need, at) =>
    at === 0
      ? { ...need, policyIds: [...new Set([...need.policyIds, ...confirmed])].sort() }
      : need,
  )
}

/** The needs of both: one per role, with the stronger demand and all policies it discharges. */
export function joinNeeds(one: readonly Need[], other: readonly Need[]): readonly Need[] {
  const byRole = new Map<Role, Need>()
  for (const need of [...one, ...other]) {
    const old = byRole.get(need.role)
    const policyIds = [...new Set([...(old?.policyIds ?? []), ...need.policyIds])].sort()
    byRole.set(need.role, { ...need, strength: stronger(old?.strength, need.strength), policyIds })
  }
  return [...byRole.values()].sort((a, b) => ORDER.indexOf(b.strength) - ORDER.indexOf(a.strength))
}

function stronger(a: Strength | undefined, b: Strength): Strength {
  if (a === undefined) return b
  return ORDER.indexOf(a) >= ORDER.indexOf(b) ? a : b
}
