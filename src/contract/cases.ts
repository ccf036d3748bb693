/** Cases, the calls made in them, and assets on the wire. */
import { z } from 'zod'
import { digest, environment, id, instantMs, label, receipt, text } from './words.ts'

export const caseRecord = z
  .object({
    id,
    external_ref: z.string(),
    title: z.string(),
    state: z.enum(['open', 'closed']),
    severity: z.int(),
    tags: z.array(z.string()),
    owner: z.string().optional(),
    observed_at_ms: instantMs,
  })
  .meta({ id: 'Case' })

export const caseList = z.object({ cases: z.array(caseRecord) })
export const caseRefParams = z.strictObject({ external_ref: text })

/** A report of the case system. The newest one holds; an older one is refused. */
export const putCaseBody = z.strictObject({
  title: text,
  state: z.enum(['open', 'closed']),
  severity: z.int().min(1).max(5).meta({ description: '1 is the worst' }),
  tags: z.array(label).default([]),
  owner: text.optional(),
  observed_at_ms: instantMs.optional(),
  source: label,
})

export const putCaseAnswer = z.object({ case: caseRecord, receipts: z.array(receipt) })

export const call = z
  .object({
    id,
    task: id,
    agent: id,
    tool: z.string(),
    upstream: z.string(),
    action: z.string(),
    effect: z.string(),
    state: z.enum(['denied', 'held', 'dispatched', 'settled']),
    outcome: z.string().optional(),
    fingerprint: digest,
    approval: id.optional(),
    evidence: id.optional(),
    created_at_ms: instantMs,
    updated_at_ms: instantMs,
  })
  .meta({ id: 'Call' })

export const callList = z.object({ calls: z.array(call) })

export const asset = z
  .object({
    id,
    kind: z.string(),
    name: z.string(),
    criticality: z.int(),
    environment,
    never_touch: z.boolean(),
    labels: z.array(z.string()),
    observed_at_ms: instantMs,
  })
  .meta({ id: 'Asset' })

export const assetList = z.object({ assets: z.array(asset) })
export const assetParams = z.strictObject({ kind: label, name: text })

export const putAssetBody = z.strictObject({
  criticality: z.int().min(0).max(5).meta({ description: '0 a lab toy, 5 the business stops' }),
  environment,
  never_touch: z.boolean(),
  labels: z.array(label).default([]),
  source: label,
})

export const putAssetAnswer = z.object({ asset, receipts: z.array(receipt) })
