/** Tasks on the wire. */
import { z } from 'zod'
import { id, instantMs, purpose, receipt, text } from './words.ts'

export const task = z
  .object({
    id,
    agent: id,
    case: id,
    purpose,
    scope: z.array(z.string()),
    on_behalf_of: id,
    state: z.enum(['open', 'closed']),
    opened_at_ms: instantMs,
    expires_at_ms: instantMs,
  })
  .meta({ id: 'Task' })

export const taskList = z.object({ tasks: z.array(task) })
export const taskQuery = z.strictObject({ state: z.enum(['open', 'closed']).optional() })

export const openTaskBody = z.strictObject({
  agent: id,
  case: text.meta({ description: 'case id or the number in the ticket system' }),
  purpose,
  scope: z.array(text).default([]),
  lifetime_ms: z.int().optional(),
})

export const openTaskAnswer = z.object({ task, receipts: z.array(receipt) })
export const closeTaskBody = z.strictObject({
  reason: z.enum(['done', 'abandoned', 'closed-by-person']),
})
export const closeTaskAnswer = z.object({ task, receipts: z.array(receipt) })
