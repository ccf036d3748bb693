/** Checks of the limits of roles: every role that can be asked has one, and it means something. */
import type { Role } from '../identity/person.ts'
import type { BundleDraft } from './bundle.ts'
import type { Finding } from './finding.ts'
import { errorIn } from './finding.ts'
import type { PolicyHead } from './policy-head.ts'
import { rolesAsked } from './roles-asked.ts'

/** Questions climb to these whatever the rules name (approval/ownership.ts). */
const CLIMBED_TO: readonly Role[] = ['shift-lead', 'incident-commander', 'service-owner']

export function lintLimits(
  draft: Pick<BundleDraft, 'limits' | 'owners'>,
  heads: readonly PolicyHead[],
): readonly Finding[] {
  const { limits } = draft
  const error = (code: string, detail: string) => errorIn('bundle', code, detail)
  const wanted = new Set([...rolesAsked(draft.owners, heads), ...CLIMBED_TO])
  const missing = [...wanted]
    .filter((role) => !limits.some((limit) => limit.role === role))
    .map((role) => error('limit_missing', `nothing says how far ${role} reaches`))
  const wrong = limits.flatMap(({ role, maxCriticality, maxTargets, environments }, at) => [
    ...(limits.findIndex((other) => other.role === role) === at
      ? []
      : [error('limit_conflict', `two limits of ${role}`)]),
    ...(isWithin(maxCriticality, 0, 5)
      ? []
      : [error('limit_invalid', `${role}: maxCriticality must be 0 to 5`)]),
    ...(isWithin(maxTargets, 1, 10_000)
      ? []
      : [error('limit_invalid', `${role}: maxTargets must be 1 to 10000`)]),
    ...(environments?.length === 0
      ? [error('limit_invalid', `${role}: environments names at least one, or is left out`)]
      : []),
  ])
  return [...missing, ...wrong]
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most
}
