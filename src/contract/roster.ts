/** The gap report on the wire. */
import { z } from 'zod'
import { id, instantMs, role } from './words.ts'

export const gapReason = z.enum([
  'nobody_on_duty',
  'suspended',
  'role_not_held',
  'not_certified',
  'same_person',
])

const span = z.object({ from_ms: instantMs, to_ms: instantMs })

export const coverageReport = span
  .extend({
    gaps: z.array(span.extend({ action: z.string(), effect: z.string(), role, reason: gapReason })),
    without_stop_holder: z.array(span),
    unclear: z.array(span.extend({ role, people: z.array(id) })),
    stale_feeds: z.array(z.string()),
  })
  .meta({ id: 'Coverage' })

/** Four weeks: what a month's plan should have in it. */
export const coverageQuery = z.strictObject({
  weeks: z.coerce.number().int().min(1).max(8).default(4),
})
