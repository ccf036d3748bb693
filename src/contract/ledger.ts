/** The ledger on the wire. Tiles and checkpoints themselves are C2SP text and bytes under /log. */
import { z } from 'zod'
import { instantMs, text } from './words.ts'

export const checkpoint = z
  .object({
    origin: z.string(),
    size: z.int().min(0),
    note: z.string().meta({ description: 'C2SP tlog-checkpoint, signed' }),
    signed_at_ms: instantMs,
    verifier_key: z.string(),
  })
  .meta({ id: 'Checkpoint' })

export const ledgerReport = z.object({
  ok: z.boolean(),
  size: z.int(),
  findings: z.array(z.object({ code: z.string(), index: z.int().optional(), detail: z.string() })),
})

export const proveParams = z.strictObject({ index: z.coerce.number().int().min(0) })
export const inclusion = z.object({
  index: z.int(),
  size: z.int(),
  leaf_hash: z.string(),
  path: z.array(z.string()).meta({ description: 'sibling hashes from the leaf up, hex' }),
  checkpoint: z.string(),
  proof: z.string().meta({ description: 'the same as c2sp.org/tlog-proof@v1 text' }),
})

export const logParams = z.strictObject({ tenant: text })
export const tileParams = z.strictObject({ tenant: text, '*': text })

export const health = z.object({ status: z.literal('ok') })
export const readiness = z.object({
  ready: z.boolean(),
  checks: z.array(z.object({ name: z.string(), ok: z.boolean(), code: z.string().optional() })),
})
