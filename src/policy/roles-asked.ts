/** Which roles a bundle can ask for; who holds one is the roster's knowledge, not the policy's. */
import type { Role } from '../identity/person.ts'
import { isRole } from '../identity/person.ts'
import type { OwnerRule } from './bundle.ts'
import { coSignersOf, obligationOf } from './obligations.ts'
import type { PolicyHead } from './policy-head.ts'

/** Sorted, owners of classes and everybody the rules name. */
export function rolesAsked(
  owners: readonly OwnerRule[],
  heads: readonly PolicyHead[],
): readonly Role[] {
  const roles = new Set<Role>(owners.map((rule) => rule.role))
  for (const head of heads) {
    const obligation = obligationOf(head.id, head.annotations)
    if (obligation === undefined) continue
    if (obligation.role !== 'owner' && isRole(obligation.role)) roles.add(obligation.role)
    for (const role of coSignersOf(head.annotations.cosign) ?? []) roles.add(role)
  }
  return [...roles].sort()
}
