/** The catalogue on the wire: what tools there are, what their servers say, what people said about them. */
import { z } from 'zod'
import {
  digest,
  instantMs,
  json,
  jsonObject,
  receipt,
  text,
  toolKind,
  toolStatus,
} from './words.ts'

export const tool = z
  .object({
    upstream: z.string(),
    kind: toolKind,
    name: z.string(),
    exposed_name: z.string(),
    status: toolStatus,
    findings: z.array(z.string()).meta({ description: 'why it is blocked' }),
    definition_digest: digest,
    reviewed_by: z.string().optional(),
    effect: z.string().optional().meta({ description: 'worst case of the reviewed entry' }),
    has_inverse: z.boolean().meta({ description: 'the entry names the call that takes it back' }),
    inverse_exercised_at_ms: instantMs
      .optional()
      .meta({ description: 'when a call under this entry was last seen taken back' }),
  })
  .meta({ id: 'Tool' })

export const toolList = z.object({ tools: z.array(tool) })
export const toolParams = z.strictObject({ upstream: text, name: text })
export const toolQuery = z.strictObject({ kind: toolKind.default('tool') })

/** The definition as the server gives it now, beside the one that was reviewed. */
export const toolDiff = z.object({
  tool,
  current: json,
  reviewed: json.optional(),
  reviewed_digest: digest.optional(),
  entry: json.optional(),
})

export const reviewToolBody = z.discriminatedUnion('verdict', [
  z.strictObject({
    verdict: z.literal('approve'),
    seen_digest: digest.meta({ description: 'definition_digest that was looked at' }),
    entry: jsonObject.meta({
      description: 'an item of a catalogue file without name and definition',
    }),
  }),
  z.strictObject({ verdict: z.literal('suspend'), seen_digest: digest }),
])

export const reviewToolAnswer = z.object({ tool, receipts: z.array(receipt) })
