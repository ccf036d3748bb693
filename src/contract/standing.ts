/** Pre-authorisations, what ran on them and what people thought of it afterwards, on the wire. */
import { z } from 'zod'
import { assertion } from './passkeys.ts'
import { digest, id, instantMs, json, jsonObject, receipt, role } from './words.ts'

export const standingPlan = z
  .object({
    id,
    owner: id,
    role,
    action: z.string(),
    effect: z.string(),
    targets: json,
    environments: z.array(z.string()),
    agents: z.array(id),
    cap: z.int(),
    window_ms: z.int(),
    sample_percent: z.int(),
    digest,
    state: z.enum(['live', 'expired', 'revoked']),
    created_at_ms: instantMs,
    expires_at_ms: instantMs,
  })
  .meta({ id: 'StandingPlan' })

export const standingList = z.object({ standing_plans: z.array(standingPlan) })
export const signStandingBody = z.strictObject({
  standing_plan: jsonObject,
  assertion: assertion.optional().meta({ description: 'needed from `contain` up' }),
})
export const signStandingAnswer = z.object({
  standing_plan: standingPlan,
  receipts: z.array(receipt),
})
export const revokeStandingBody = z.strictObject({ reason: z.string() })
export const toldAnswer = z.object({ receipts: z.array(receipt) })

export const reviewQueue = z.object({
  reviews: z.array(z.object({ call: id, standing_plan: id, action: z.string(), at_ms: instantMs })),
})
export const callParams = z.strictObject({ call: id })
export const reviewBody = z.strictObject({
  verdict: z.enum(['agreed', 'disagreed']),
  reason: z.string(),
})
export const preApprovedReport = z.object({
  actions: z.array(
    z.object({
      action: z.string(),
      ran: z.int(),
      passed: z.int().meta({ description: 'without a person being asked, on a standing plan' }),
      share: z.number(),
      sampled: z.int(),
      agreed: z.int(),
      disagreed: z.int(),
    }),
  ),
})
