/** Whether an act is beyond what a role may answer for alone (R134). */
import { EFFECTS, type Effect } from '../catalogue/tool.ts'
import type { RoleLimit } from '../policy/role-limit.ts'
import type { ApprovalRequest } from './request.ts'

/** What nobody measured is beyond every limit, and so is an effect that is none of ours. */
export function exceeds(
  { effect, risk }: Pick<ApprovalRequest, 'effect' | 'risk'>,
  limit: RoleLimit | undefined,
): boolean {
  if (limit === undefined) return false
  if (risk === undefined) return true
  const rank = EFFECTS.indexOf(effect as Effect)
  const { environments } = limit
  return (
    rank < 0 ||
    rank > EFFECTS.indexOf(limit.upTo) ||
    risk.criticality > limit.maxCriticality ||
    risk.targets > limit.maxTargets ||
    (environments !== undefined && risk.environments.some((one) => !environments.includes(one)))
  )
}
