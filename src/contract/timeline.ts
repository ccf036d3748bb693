/** The reconstructed chain of a case on the wire: its entries in order, each with its place in the log. */
import { z } from 'zod'
import { digest, id, instantMs, text } from './words.ts'

const payloadHead = z.object({ name: z.string(), data_class: z.string(), media_type: z.string() })

export const timelineEntry = z
  .object({
    index: z.int().meta({ description: 'its place in the log' }),
    leaf_hash: z.string().meta({ description: 'RFC 6962 leaf hash, hex' }),
    id,
    seq: z.int().meta({ description: 'its place in the case' }),
    type: z.string(),
    at_ms: instantMs,
    actor: z.object({ kind: z.string(), id: z.string() }),
    task: z.string().optional(),
    call: z.string().optional(),
    data: z.looseObject({}).meta({ description: 'docs/reference/events.md names the fields' }),
    payloads: z.array(payloadHead),
  })
  .meta({ id: 'TimelineEntry' })

export const timeline = z
  .object({
    case: id,
    checkpoint: z
      .object({ size: z.int(), signed_at_ms: instantMs })
      .optional()
      .meta({ description: 'entries below its size are in a signed checkpoint' }),
    entries: z.array(timelineEntry),
  })
  .meta({ id: 'Timeline' })

export const entryPayloadParams = z.strictObject({ id: text, entry: id, name: text })

/** A payload as text, cut to what a person reads; the whole of it is in the export of the case. */
const content = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('present'),
    text: z.string(),
    is_cut: z.boolean(),
    media_type: z.string(),
    data_class: z.string(),
  }),
  z.object({ state: z.literal('erased') }),
  z.object({ state: z.literal('withheld').meta({ description: 'secret or special data' }) }),
])

export const payloadRecord = z.object({ content })

const evidenceHead = z.object({
  id,
  call: id,
  tool: z.string(),
  digest,
  labels: z.array(z.string()),
  at_ms: instantMs,
})

export const evidenceRecord = evidenceHead.extend({ content }).meta({ id: 'Evidence' })

export const evidenceQuery = z.strictObject({
  q: z.string().max(200).optional().meta({
    description: 'words that all occur in the name of the tool or in the recorded result',
  }),
})

const evidenceListed = evidenceHead
  .extend({
    excerpt: z.string().optional().meta({ description: 'where the first of the words stands' }),
  })
  .meta({ id: 'EvidenceListed' })

/** The newest first. */
export const evidenceList = z.object({
  evidence: z.array(evidenceListed),
  total: z.int().meta({ description: 'how many there are in the case' }),
  searched: z.int().meta({ description: 'how many of them were looked at, the newest' }),
})

const alertMember = z.object({
  evidence: id,
  path: z.string().meta({ description: 'RFC 6901 pointer into the recorded result' }),
  at_ms: instantMs.optional().meta({ description: 'when it says it happened' }),
  text: z.string().meta({ description: 'the record as JSON, cut to what a person reads' }),
  is_cut: z.boolean(),
})

const alertAct = z.object({
  call: id,
  action: z.string(),
  tool: z.string(),
  state: z.enum(['pending', 'standing', 'held', 'lifted', 'ended', 'none']),
  at_ms: instantMs,
})

export const alertCluster = z
  .object({
    source: z.string().meta({ description: 'the tool server the results came from' }),
    rule: z.string(),
    target: z
      .object({ as: z.enum(['host', 'account', 'address', 'artefact']), value: z.string() })
      .optional()
      .meta({ description: 'absent: the records name none' }),
    count: z.int().meta({ description: 'different alerts; one that was read twice counts once' }),
    first_ms: instantMs,
    last_ms: instantMs,
    timed_by: z
      .enum(['record', 'read'])
      .meta({ description: 'by what the records say, or by when they were read' }),
    members: z.array(alertMember).meta({ description: 'the newest' }),
    acts: z.array(alertAct).meta({ description: 'what was done to what a member names' }),
  })
  .meta({ id: 'AlertCluster' })

/** The largest first. */
export const alertClusters = z.object({
  clusters: z.array(alertCluster),
  total: z.int().meta({ description: 'clusters there are, those not named included' }),
  results: z.int().meta({ description: 'recorded results of the case' }),
  searched: z.int().meta({ description: 'how many of them were looked at' }),
  is_cut: z.boolean().meta({ description: 'there were more alerts than were taken' }),
})
