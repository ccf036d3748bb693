/** What stands before evidence is destroyed, on the wire. */
import { z } from 'zod'
import { id, instantMs, label, receipt } from './words.ts'

const kind = z.enum(['evidence-preserved', 'impact-checked'])
const target = z.strictObject({ kind: label, id: z.string().min(1).max(500) })

export const safeguard = z
  .object({
    kind,
    target,
    by: z.enum(['call', 'waiver']),
    ref: id.meta({ description: 'the call, or the ledger entry of the waiver' }),
    at_ms: instantMs,
    until_ms: instantMs,
  })
  .meta({ id: 'Safeguard' })
export const safeguardList = z.object({ safeguards: z.array(safeguard) })

export const waiverBody = z.strictObject({
  target,
  waives: z.array(kind).min(1),
  reason: z.string(),
})
export const waiverAnswer = z.object({ until_ms: instantMs, receipts: z.array(receipt) })
