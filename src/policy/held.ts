/** Which classes of calls a bundle may hold for people, and what each then asks. Pure. */
import type { Effect } from '../catalogue/tool.ts'
import type { Role } from '../identity/person.ts'
import { canonicalText } from '../kernel/canonical-json.ts'
import type { Bundle } from './bundle.ts'
import type { Obligation } from './decision.ts'
import { explainMatrix, requestFor, subjectsOfBundle, TIERS } from './matrix.ts'
import type { ActiveBundle } from './ports.ts'

export type HeldClass = {
  readonly action: string
  readonly effect: Effect
  /** What `owner` stands for where the obligations name it. */
  readonly ownerRole: Role
  readonly obligations: readonly Obligation[]
}

/** One row for each different demand a class can make, over all risk tiers. */
export function heldClasses(
  loaded: ActiveBundle & { readonly bundle: Bundle },
): readonly HeldClass[] {
  const tiers = new Map(TIERS.map((tier) => [tier.name, tier]))
  const rows = explainMatrix(loaded, subjectsOfBundle(loaded.bundle))
  const held = rows.flatMap(({ subject, tier, decision }): HeldClass[] => {
    if (decision.kind !== 'hold') return []
    const { action, effect } = subject
    const request = requestFor(subject)
    const { target, call } = tiers.get(tier)?.apply(request) ?? request
    const ownerRole = loaded.ownerRole(action, effect, target.environment, call.flags)
    return [{ action, effect, ownerRole, obligations: decision.obligations }]
  })
  return [...new Map(held.map((one) => [canonicalText(one), one])).values()]
}
