/** One governed call over plain HTTP: the same enforcement as MCP. */
import { z } from 'zod'
import { id, instantMs, jsonObject, text } from './words.ts'

/** DESIGN 9: a call is never held open for a person beyond 45 s. */
export const MAX_HOLD_MS = 45_000

export const callBody = z.strictObject({
  tool: text.meta({ description: 'the name as in tools/list: <upstream>__<tool>' }),
  arguments: jsonObject.default({}),
  approval_id: id.optional(),
  recommendation: id.optional().meta({ description: 'the recommendation it carries out' }),
  hold_ms: z.int().min(0).max(MAX_HOLD_MS).default(0),
})

export const callAnswered = z.object({
  call: id.optional(),
  evidence: id.optional(),
  kind: z.enum(['complete', 'input-required']),
  is_error: z.boolean(),
  result: jsonObject,
  stale: z.array(z.string()).optional().meta({
    description: 'facts that were missing or too old when it was decided: case, asset, roster',
  }),
  monitored: z
    .object({ code: z.string(), detail: z.string(), policies: z.array(z.string()) })
    .optional()
    .meta({ description: 'a monitored class let this pass; an enforced one would not have' }),
})

export const callPending = z.object({
  code: z.literal('pending_approval'),
  call: id,
  approval: id,
  role: z.string(),
  action: z.string(),
  expires_at_ms: instantMs,
  next: z.string(),
  questions: z.array(z.object({ id, text: z.string() })).meta({
    description: 'what people ask; answered with the tool countersign_answer',
  }),
})
