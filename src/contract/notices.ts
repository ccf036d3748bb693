/** What became of the messages to people, on the wire. */
import { z } from 'zod'
import { id, instantMs } from './words.ts'

export const deliveryState = z.enum(['due', 'sent', 'dead', 'dropped'])

export const delivery = z
  .object({
    id,
    notice: id,
    kind: z.string(),
    channel: z.string(),
    person: id.optional(),
    state: deliveryState,
    attempts: z.int().min(0),
    due_at_ms: instantMs,
    error: z.string().optional(),
    created_at_ms: instantMs,
    settled_at_ms: instantMs.optional(),
  })
  .meta({ id: 'Delivery' })

/** `channels` are those configured now, in order. */
export const deliveryList = z.object({
  channels: z.array(z.string()),
  deliveries: z.array(delivery),
})

export const deliveryQuery = z.strictObject({
  state: deliveryState.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(100),
})
