/** How far a role reaches when it releases something alone: data of the policy bundle, not of the code (R134). */
import type { RoleLimit } from '../policy/role-limit.ts'
import type { Risk } from './request.ts'

/** Whether what is at stake is beyond the limit. What nobody measured is beyond every limit. */
export function exceeds(risk: Risk | undefined, limit: RoleLimit | undefined): boolean {
  if (limit === undefined) return false
  if (risk === undefined) return true
  return (
    risk.criticality > limit.maxCriticality ||
    risk.targets > limit.maxTargets ||
    risk.environments.some((environment) => !limit.environments.includes(environment))
  )
}
