/** Changes that need two people, on the wire. */
import { z } from 'zod'
import { assertion } from './passkeys.ts'
import { digest, id, instantMs, json, receipt, text } from './words.ts'

export const changeState = z.enum([
  'proposed',
  'confirmed',
  'rejected',
  'expired',
  'alone',
  'reviewed',
])

export const change = z
  .object({
    id,
    kind: z.string(),
    state: changeState,
    digest,
    proposed_by: id,
    created_at_ms: instantMs,
    due_at_ms: instantMs,
    decided_by: id.optional(),
    decided_at_ms: instantMs.optional(),
  })
  .meta({ id: 'Change' })

/** Per kind: who could be the second person. `governed`: one alone is refused. */
export const governance = z.object({
  kinds: z.array(z.object({ kind: z.string(), governed: z.boolean(), holders: z.array(id) })),
  /** Made alone and not reviewed. */
  unreviewed: z.array(change),
})

export const changeQuery = z.strictObject({ state: changeState.optional() })
export const changeList = z.object({ changes: z.array(change) })

/** `content` is what it would do, as it was proposed; absent when it was erased. */
export const shownChange = change.extend({
  content: json.optional(),
  reason: z.string().optional(),
  your_part: z
    .enum(['second', 'proposer', 'subject', 'not_entitled'])
    .meta({ description: 'whether the reader is the second person, or why they are not' }),
})

/** `assertion`: the passkey of whoever confirms, over the digest they saw. */
export const confirmBody = z.strictObject({ seen_digest: digest, assertion: assertion.optional() })
export const rejectBody = z.strictObject({ reason: text })
export const reviewBody = z.strictObject({ verdict: z.enum(['upheld', 'objected']), reason: text })

/** `token`: of a person who was registered, shown this once. */
export const changeAnswer = z.object({
  change,
  token: z.string().optional(),
  receipts: z.array(receipt).optional(),
})
