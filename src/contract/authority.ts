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
