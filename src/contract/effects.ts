/** Taking back what a call did, and what is contained now, on the wire. */
import { z } from 'zod'
import { digest, id, instantMs, jsonObject, receipt, text } from './words.ts'

const effectState = z.enum(['pending', 'standing', 'held', 'lifted', 'ended', 'none'])
const target = z.object({ kind: z.string(), id: z.string() })

/** What would be done, shown before it is: the digest goes back with the order. */
export const undoShown = z
  .object({
    call: id,
    tool: z.string().meta({ description: 'what was called' }),
    action: z.string(),
    state: effectState,
    targets: z.array(target),
    undo: z.object({ upstream: z.string(), tool: z.string(), arguments: jsonObject }),
    digest,
    may_lift: z.boolean(),
    by: z.string().optional().meta({ description: 'in which capacity you may' }),
    failing: z.string().optional().meta({ description: 'the first test you fail' }),
  })
  .meta({ id: 'Undo' })

export const undoBody = z.strictObject({
  seen_digest: digest.meta({ description: 'the digest you were shown' }),
  reason: text,
})

export const undoAnswer = z.object({
  kind: z.enum(['lifted', 'already']),
  undo_call: id.optional(),
  outcome: z.string().optional(),
})

export const containment = z
  .object({
    call: id,
    case: id,
    agent: id,
    tool: z.string(),
    action: z.string(),
    targets: z.array(target),
    state: effectState,
    ends_at_ms: instantMs,
    at_end: z.enum(['hold', 'revert', 'self']),
    overdue: z.boolean(),
    can_undo: z.boolean(),
  })
  .meta({ id: 'Containment' })

export const containmentList = z.object({ containments: z.array(containment) })

export const extendBody = z.strictObject({
  minutes: z.int().min(1).meta({ description: 'from now' }),
  reason: text,
})

export const extendAnswer = z.object({ ends_at_ms: instantMs, receipts: z.array(receipt) })
