/** The stop switch on the wire. */
import { z } from 'zod'
import { id, instantMs, receipt, stopScope, text } from './words.ts'

export const stop = z
  .object({
    id,
    scope: stopScope,
    subject: z.string().optional(),
    pressed_by: id,
    pressed_at_ms: instantMs,
  })
  .meta({ id: 'Stop' })

export const stopList = z.object({ stops: z.array(stop) })

/** No reason is needed to stop: asking for one would cost seconds. */
export const pressStopBody = z.strictObject({
  scope: stopScope,
  subject: text.optional().meta({ description: 'agent id or exposed tool name' }),
  reason: z.string().default(''),
})

export const pressStopAnswer = z.object({ stop, receipts: z.array(receipt) })
export const releaseStopBody = z.strictObject({ reason: z.string() })
export const releaseStopAnswer = z.object({ receipts: z.array(receipt) })
