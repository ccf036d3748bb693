/** How much is at stake in a call, as the limits of roles measure it (R134). */
import type { Risk } from '../approval/request.ts'
import { atLeast, type ClassifiedCall } from '../catalogue/tool.ts'
import type { Facts } from '../facts/facts.ts'

/**
 * A target the inventory does not know is as critical as any, and nobody knows where it stands. Below `write`
 * nothing can break: alerts and cases are in no inventory.
 */
export function riskOf(call: ClassifiedCall, facts: Facts): Risk {
  const targets = facts.targets
  const unknown = atLeast(call.effect, 'write') ? 5 : 0
  const criticalities = targets.map(({ isKnown, asset }) => (isKnown ? asset.criticality : unknown))
  return {
    criticality: Math.max(0, ...criticalities),
    targets: call.targets.length,
    environments: [...new Set(targets.map(({ asset }) => asset.environment))].sort(),
    severity: facts.caseRecord.severity,
  }
}
