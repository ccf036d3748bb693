/** Lent authority, marks of suspicion, and decisions somebody has to look at again, on the wire. */
import { z } from 'zod'
import { id, instantMs, label, receipt, role } from './words.ts'

export const delegation = z
  .object({
    id,
    delegator: id,
    delegate: id,
    role,
    classes: z.array(z.string()),
    from_ms: instantMs,
    to_ms: instantMs,
    ended_at_ms: instantMs.optional(),
    in_force: z.boolean(),
  })
  .meta({ id: 'Delegation' })

export const delegationList = z.object({ delegations: z.array(delegation) })

/** The caller's own authority; nobody lends somebody else's. */
export const delegateBody = z.strictObject({
  delegate: id,
  role,
  classes: z.array(label).min(1).meta({ description: 'effects or actions' }),
  from_ms: instantMs.optional().meta({ description: 'now, when absent' }),
  to_ms: instantMs,
  reason: z.string(),
})
export const delegateAnswer = z.object({ delegation, receipts: z.array(receipt) })

export const suspect = z
  .object({ person: id, marked_by: id, marked_at_ms: instantMs })
  .meta({ id: 'Suspect' })
export const suspectList = z.object({ suspects: z.array(suspect) })
export const suspectParams = z.strictObject({ id, person: id })
export const suspectBody = z.strictObject({ reason: z.string() })
export const receiptsAnswer = z.object({ receipts: z.array(receipt) })

export const overrideBody = z.strictObject({
  recommendation: id,
  instead: z.string().meta({ description: 'what you decide instead' }),
  reason: z.string(),
})
export const overrideAnswer = z.object({ override: id, receipts: z.array(receipt) })

/** Who gave which verdict is shown once the review is closed: the second reviewer is blind to the first. */
export const review = z
  .object({
    id,
    kind: z.enum(['emergency', 'agent_owner']),
    request: id,
    case: id,
    about: id,
    opened_at_ms: instantMs,
    due_at_ms: instantMs,
    state: z.enum(['open', 'closed']),
    verdicts_missing: z.int().min(0),
    verdicts: z
      .array(z.object({ person: id, role, verdict: z.string(), at_ms: instantMs }))
      .optional(),
  })
  .meta({ id: 'Review' })
export const reviewQuery = z.strictObject({ state: z.enum(['open', 'closed']).optional() })
export const reviewList = z.object({ reviews: z.array(review) })
export const verdictBody = z.strictObject({
  verdict: z.enum(['justified', 'not_justified']),
  reason: z.string(),
})
export const verdictAnswer = z.object({ review, receipts: z.array(receipt) })
