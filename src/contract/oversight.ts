/** How people decide, in figures. Each is described in docs/guides/oversight.md; a share of nothing is absent. */
import { z } from 'zod'
import { id, instantMs } from './words.ts'

const share = z.number().min(0).max(1)
const spanMs = z.int().min(0)

export const oversightQuery = z.strictObject({
  days: z.coerce.number().int().min(1).max(92).default(28),
})

const outcomes = z.object({
  asked: z.int(),
  waiting: z.int(),
  approved: z.int(),
  denied: z.int(),
  expired: z.int(),
  expired_unseen: z.int().meta({ description: 'among the expired: nobody opened it in time' }),
  cancelled: z.int(),
  denial_rate: share.optional().meta({ description: 'denied among approved and denied' }),
})

const latency = z.object({
  decided: z.int(),
  median_ms: spanMs.optional(),
  p90_ms: spanMs.optional(),
  longest_ms: spanMs.optional(),
})

export const oversight = z
  .object({
    from_ms: instantMs,
    to_ms: instantMs,
    whole: z
      .boolean()
      .meta({ description: 'false: there was more than is read; from_ms says since when' }),
    outcomes,
    latency,
    quick_yeses: z.object({
      quick: z.int().meta({ description: 'a yes within 10 s of the first look' }),
      seen: z.int().meta({ description: 'yeses to requests somebody had opened' }),
      unseen: z.int().meta({ description: 'yeses to requests nobody had opened here' }),
    }),
    days: z.array(outcomes.extend({ day_ms: instantMs, median_ms: spanMs.optional() })),
    effects: z.array(outcomes.extend({ effect: z.string() }).extend(latency.shape)),
    rules: z
      .array(outcomes.extend({ rule: z.string() }).extend(latency.shape))
      .meta({ description: 'a request that two rules asked for counts for both' }),
    people: z.array(
      z.object({
        person: id,
        put: z.int().meta({ description: 'requests that ended in their hands, or still are' }),
        approved: z.int(),
        denied: z.int(),
        quick_yeses: z.int(),
        median_ms: spanMs.optional(),
        shifts: z.int(),
        put_on_shift: z.int(),
        per_shift: z.number().optional(),
        most_in_one_shift: z.int(),
      }),
    ),
    recommendations: z.object({ made: z.int(), overridden: z.int() }),
    advice: z.object({ given: z.int(), whole: z.boolean() }),
    effects_before_review: z.object({ count: z.int(), whole: z.boolean() }).meta({
      description:
        'calls of supervised agents from write up, or that lower attention, sent without a yes behind them; 0 is right',
    }),
    reviews: z.array(
      z.object({
        kind: z.enum(['agent_owner', 'emergency']),
        opened: z.int(),
        open: z.int(),
        overdue: z.int(),
        objected: z.int().meta({ description: 'verdicts "not justified"' }),
      }),
    ),
  })
  .meta({ id: 'Oversight' })
