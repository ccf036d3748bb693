/** Secrets kept here and credentials that are out, on the wire. No answer holds a value. */
import { z } from 'zod'
import { digest, id, instantMs, receipt, text } from './words.ts'

export const secretName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,39}$/)
  .meta({ description: '1 to 40 of a-z, 0-9 and -' })
const field = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/)

export const secretParams = z.strictObject({ name: secretName })

export const sealedSecret = z
  .object({
    name: secretName,
    fields: z.array(field).meta({ description: 'names of what is inside' }),
    sealed_by: text,
    sealed_at_ms: instantMs,
  })
  .meta({ id: 'SealedSecret' })

export const secretList = z.object({ secrets: z.array(sealedSecret) })
export const putSecretBody = z.strictObject({
  fields: z.record(field, z.string().min(1).max(32_768)),
})
export const putSecretAnswer = z.object({ secret: sealedSecret, receipts: z.array(receipt) })
export const removeSecretAnswer = z.object({ receipts: z.array(receipt) })

export const borrowedLease = z
  .object({
    id,
    broker: text,
    kind: text,
    state: z.enum(['requested', 'issued', 'ending', 'ended']),
    task: id,
    agent: id,
    call: id,
    scope: z.object({
      upstream: text,
      tool: text,
      action: text,
      effect: text,
      targets: z.array(z.object({ kind: text, id: text })),
      audience: text,
    }),
    scope_digest: digest,
    issued_at_ms: instantMs,
    expires_at_ms: instantMs,
    residual_until_ms: instantMs,
    reason: text.optional().meta({ description: 'why it ends' }),
    attempts: z.int().meta({ description: 'how often its broker did not take it back' }),
    stuck: z.boolean(),
  })
  .meta({ id: 'BorrowedLease' })

export const leaseList = z.object({ leases: z.array(borrowedLease) })
