/** Plans: what runs as a chain, what exactly was approved, proposing one and stopping one. */
import type { z } from 'zod'
import type { Plan } from '../../approval/plan.ts'
import type { PlanDetail, PlanView } from '../../command/plan-desk.ts'
import {
  importPlanBody,
  plan,
  planList,
  planQuery,
  type planSummary,
  proposePlanAnswer,
  proposePlanBody,
  stopPlanAnswer,
  stopPlanBody,
} from '../../contract/plans.ts'
import { idParams } from '../../contract/words.ts'
import type { App } from './app.ts'
import { answers, creates } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { receiptsWire } from './wire.ts'

const TAGS = ['plans']

export function planRoutes(app: App, { plans }: RestDeps): void {
  app.get(
    '/api/v1/plans',
    { schema: { tags: TAGS, querystring: planQuery, response: answers(planList) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      return { plans: (await plans.list(tenant, request.query.status)).map(planWire) }
    },
  )
  app.get(
    '/api/v1/plans/:id',
    { schema: { tags: TAGS, params: idParams, response: answers(plan) } },
    async (request) =>
      detailWire(await plans.show(doerOf(request).person.tenant, request.params.id)),
  )
  app.post(
    '/api/v1/plans',
    { schema: { tags: TAGS, body: proposePlanBody, response: creates(proposePlanAnswer) } },
    async (request, reply) => {
      const { person } = doerOf(request)
      const { task: taskId, plan: proposal } = request.body
      const { tenant } = person
      const made = await plans.propose({ tenant, person, taskId, proposal, source: 'person' })
      void reply.code(201)
      return { plan: planWire(made) }
    },
  )
  app.post(
    '/api/v1/plans/import',
    { schema: { tags: TAGS, body: importPlanBody, response: creates(proposePlanAnswer) } },
    async (request, reply) => {
      const { person } = doerOf(request)
      const { task: taskId, playbook } = request.body
      const { tenant } = person
      const made = await plans.propose({ tenant, person, taskId, playbook, source: 'cacao' })
      void reply.code(201)
      return { plan: planWire(made) }
    },
  )
  app.post(
    '/api/v1/plans/:id/stop',
    {
      schema: {
        tags: TAGS,
        params: idParams,
        body: stopPlanBody,
        response: answers(stopPlanAnswer),
      },
    },
    async (request) => {
      const { person } = doerOf(request)
      const { reason } = request.body
      const ended = await plans.stop({
        tenant: person.tenant,
        person,
        planId: request.params.id,
        reason,
      })
      return { plan: planWire(ended.plan), receipts: receiptsWire(ended.receipts) }
    },
  )
}

function planWire(view: PlanView): z.output<typeof planSummary> {
  return {
    ...planRecordWire(view),
    status: view.status,
    reason: view.reason,
    ended_at_ms: view.endedAtMs,
  }
}

/** A plan without where it stands. */
export function planRecordWire(view: Plan) {
  return {
    id: view.id,
    task: view.task,
    case: view.caseId,
    agent: view.agent,
    proposed_by: view.proposedBy,
    source: view.source,
    digest: view.digest,
    approval: view.request,
    follows: view.follows,
    action: view.action,
    effect: view.effect,
    steps: view.steps,
    calls: view.calls,
    created_at_ms: view.createdAtMs,
    deadline_ms: view.deadlineMs,
    holder: view.holder,
  }
}

function detailWire(detail: PlanDetail): z.output<typeof plan> {
  return {
    ...planWire(detail),
    statement: detail.statement,
    made: detail.made.map(({ step, call, outcome, atMs }) => ({
      step,
      call,
      outcome,
      at_ms: atMs,
    })),
    undo: detail.undo.map((each) => ({ ...each })),
  }
}
