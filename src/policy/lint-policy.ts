/**
 * What the strict validator cannot know: our annotations, our closed vocabularies, and the constructs with
 * which a forbid could fail to apply (arithmetic that overflows, hierarchies that are not in the slice,
 * misspelt values that never match).
 */

import type { ActionClass } from './actions.ts'
import { FLOOR_PREFIX } from './bundle.ts'
import type { Finding } from './finding.ts'
import { errorIn, warningIn } from './finding.ts'
import { lintAnnotations } from './lint-annotations.ts'
import { lintExpressions } from './lint-expression.ts'
import { lintPermit } from './lint-permit.ts'
import type { PolicyHead } from './policy-head.ts'

/** All findings about the policies of a bundle, each policy alone. `floorIds` may use the reserved prefix. */
export function lintPolicies(
  heads: readonly PolicyHead[],
  actions: readonly ActionClass[],
  floorIds: ReadonlySet<string>,
): readonly Finding[] {
  return heads.flatMap((head) => {
    const isFloor = floorIds.has(head.id)
    return [
      ...lintHead(head, isFloor),
      ...lintAnnotations(head),
      ...lintExpressions(head),
      ...(head.effect === 'permit' ? lintPermit(head, actions) : []),
    ]
  })
}

function lintHead(head: PolicyHead, isFloor: boolean): readonly Finding[] {
  const findings: Finding[] = []
  if (head.id.startsWith(FLOOR_PREFIX) !== isFloor) {
    findings.push(
      errorIn(head.id, 'floor_reserved', `only the product's floor uses "${FLOOR_PREFIX}"`),
    )
  }
  if (isFloor && head.effect !== 'forbid') {
    findings.push(errorIn(head.id, 'floor_permits', 'the floor only forbids'))
  }
  for (const [name, constraint] of [
    ['principal', head.principal],
    ['resource', head.resource],
  ] as const) {
    if (constraint.op === 'in' || constraint.in !== undefined) {
      findings.push(
        errorIn(
          head.id,
          'no_hierarchy',
          `${name} in: there are no groups; test an attribute instead`,
        ),
      )
    }
  }
  if (!isFloor && head.actions === 'all') {
    findings.push(
      warningIn(head.id, 'covers_all_tiers', 'one rule for every effect, from read to destructive'),
    )
  }
  return findings
}
