/**
 * The live stream on the wire: Server-Sent Events at /api/v1/events. An event says that something changed, never
 * what it is now; whoever cares asks for it, with their own permissions. `id` of the stream is the ledger index.
 */
import { z } from 'zod'

export const changeKind = z.enum([
  'approval',
  'agent',
  'call',
  'case',
  'person',
  'policy',
  'roster',
  'stop',
  'task',
  'tool',
  /** More happened than is worth telling one by one: read everything again. */
  'everything',
])

export const change = z
  .object({
    kind: changeKind,
    id: z.string().meta({ description: 'what changed; `*` when the kind alone says it' }),
    version: z.int().min(0).meta({ description: 'ledger index of the entry that says so' }),
  })
  .meta({ id: 'Change' })

export type Change = z.output<typeof change>
export type ChangeKind = Change['kind']

export const eventsHeaders = z.looseObject({
  'last-event-id': z.string().optional().meta({ description: 'ledger index seen last' }),
})
