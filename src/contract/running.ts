/** The shift board on the wire: who works now, what each has touched, and how much of its budgets it has used. */
import { z } from 'zod'
import { planSummary } from './plans.ts'
import { task } from './tasks.ts'
import { instantMs } from './words.ts'

export const budget = z
  .object({
    of: z.enum(['calls', 'writes', 'targets']),
    kind: z.string().optional().meta({ description: 'kind of target; absent: all of them' }),
    used: z.int().min(0),
    limit: z.int().min(0),
    window_ms: z.int().optional().meta({ description: 'starts anew after; absent: never' }),
  })
  .meta({ id: 'Budget' })

const toolTouched = z.object({
  tool: z.string(),
  effect: z.string().meta({ description: 'the worst of its calls' }),
  ran: z.int().meta({ description: 'sent to the tool, whatever came of it' }),
  waiting: z.int(),
  refused: z.int(),
  last_at_ms: instantMs,
})

const targetTouched = z.object({
  kind: z.string(),
  id: z.string(),
  action: z.string(),
  state: z.enum(['pending', 'standing', 'held', 'lifted', 'ended', 'none']),
  at_ms: instantMs,
})

const touched = {
  tools: z.array(toolTouched).meta({ description: 'the gravest first' }),
  targets: z.array(targetTouched).meta({ description: 'of its newest acts, once each' }),
  budgets: z.array(budget),
}

const runningPlan = planSummary
  .omit({ status: true, reason: true, ended_at_ms: true })
  .extend({ steps_run: z.int(), ...touched })

export const running = z
  .object({
    sessions: z.array(task.extend(touched)).meta({ description: 'the newest first' }),
    total: z.int().meta({ description: 'open sessions, those not named included' }),
    plans: z.array(runningPlan),
  })
  .meta({ id: 'Running' })
