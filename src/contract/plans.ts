/** Chains of calls approved as a whole, on the wire. */
import { z } from 'zod'
import { digest, id, instantMs, json, jsonObject, receipt } from './words.ts'

export const planStatus = z.enum([
  'proposed',
  'running',
  'completed',
  'stopped',
  'denied',
  'expired',
  'cancelled',
  'void',
])

export const planSummary = z
  .object({
    id,
    status: planStatus,
    reason: z.string().optional().meta({ description: 'why it ended before its last step' }),
    task: id,
    case: id,
    agent: id,
    proposed_by: id,
    source: z.enum(['agent', 'person', 'cacao']),
    digest: digest.meta({ description: 'the plan digest; the approval is bound to it' }),
    approval: id,
    follows: id.optional().meta({ description: 'the plan whose chain was left' }),
    action: z.string(),
    effect: z.string(),
    steps: z.int(),
    calls: z.int(),
    created_at_ms: instantMs,
    deadline_ms: instantMs,
    ended_at_ms: instantMs.optional(),
    holder: id.optional().meta({ description: 'who answers for it since it was handed over' }),
  })
  .meta({ id: 'PlanSummary' })

const planCall = z.object({
  step: z.int().meta({ description: 'from 0' }),
  call: id,
  outcome: z.string().optional(),
  at_ms: instantMs,
})

const planUndo = z.object({
  step: z.int(),
  call: id,
  tool: z.string(),
  arguments: json,
  from: z.enum(['catalogue', 'plan']),
})

export const plan = planSummary
  .extend({
    statement: json.meta({ description: 'what was signed; its digest is `digest`' }),
    made: z.array(planCall),
    undo: z
      .array(planUndo)
      .meta({ description: 'the calls that take back what was done, the last one first' }),
  })
  .meta({ id: 'Plan' })

export const planQuery = z.strictObject({ status: planStatus.optional() })
export const planList = z.object({ plans: z.array(planSummary) })

/** `plan` has the members that `countersign_propose_plan` takes. */
export const proposePlanBody = z.strictObject({ task: id, plan: jsonObject })
/** `playbook` is a CACAO 2.0 playbook that is one chain of actions bound to tools. */
export const importPlanBody = z.strictObject({ task: id, playbook: jsonObject })
export const proposePlanAnswer = z.object({ plan: planSummary })

export const stopPlanBody = z.strictObject({ reason: z.string() })
export const stopPlanAnswer = z.object({ plan: planSummary, receipts: z.array(receipt) })
