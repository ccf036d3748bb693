/** Standing plans: what is pre-authorised, signing and revoking, and the reviews afterwards. */
import type { z } from 'zod'
import type { StandingPlan } from '../../approval/standing.ts'
import {
  callParams,
  preApprovedReport,
  reviewBody,
  reviewQueue,
  revokeStandingBody,
  signStandingAnswer,
  signStandingBody,
  standingList,
  type standingPlan,
  toldAnswer,
} from '../../contract/standing.ts'
import { idParams } from '../../contract/words.ts'
import type { App } from './app.ts'
import { answers, creates } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { assertionOf } from './passkey-routes.ts'
import { receiptsWire } from './wire.ts'

const TAGS = ['standing plans']

export function standingRoutes(app: App, { standing, nowMs }: RestDeps): void {
  app.get(
    '/api/v1/standing-plans',
    { schema: { tags: TAGS, response: answers(standingList) } },
    async (request) => {
      const plans = await standing.list(doerOf(request).person.tenant)
      return { standing_plans: plans.map((plan) => standingWire(plan, nowMs())) }
    },
  )
  app.post(
    '/api/v1/standing-plans',
    { schema: { tags: TAGS, body: signStandingBody, response: creates(signStandingAnswer) } },
    async (request, reply) => {
      const { person } = doerOf(request)
      const proposal = request.body.standing_plan
      const { assertion } = request.body
      const signed = assertion === undefined ? {} : { assertion: assertionOf(assertion) }
      const input = { tenant: person.tenant, person, proposal, ...signed }
      const { value, receipts } = await standing.sign(input)
      void reply.code(201)
      return { standing_plan: standingWire(value, nowMs()), receipts: receiptsWire(receipts) }
    },
  )
  app.post(
    '/api/v1/standing-plans/:id/revoke',
    {
      schema: {
        tags: TAGS,
        params: idParams,
        body: revokeStandingBody,
        response: answers(toldAnswer),
      },
    },
    async (request) => {
      const { person } = doerOf(request)
      const { id } = request.params
      const { receipts } = await standing.revoke({
        tenant: person.tenant,
        person,
        id,
        ...request.body,
      })
      return { receipts: receiptsWire(receipts) }
    },
  )
  reviewRoutes(app, standing)
}

function reviewRoutes(app: App, standing: RestDeps['standing']): void {
  app.get(
    '/api/v1/standing-uses',
    { schema: { tags: TAGS, response: answers(reviewQueue) } },
    async (request) => {
      const uses = await standing.queue(doerOf(request).person.tenant)
      return {
        reviews: uses.map(({ call, standing: plan, action, atMs }) => ({
          call,
          standing_plan: plan,
          action,
          at_ms: atMs,
        })),
      }
    },
  )
  app.post(
    '/api/v1/standing-uses/:call/verdict',
    { schema: { tags: TAGS, params: callParams, body: reviewBody, response: answers(toldAnswer) } },
    async (request) => {
      const { person } = doerOf(request)
      const { call } = request.params
      const { receipts } = await standing.review({
        tenant: person.tenant,
        person,
        call,
        ...request.body,
      })
      return { receipts: receiptsWire(receipts) }
    },
  )
  app.get(
    '/api/v1/reports/pre-approved',
    { schema: { tags: TAGS, response: answers(preApprovedReport) } },
    async (request) => {
      const actions = await standing.preApproved(doerOf(request).person.tenant)
      return { actions: actions.map((each) => ({ ...each, share: each.passed / each.ran })) }
    },
  )
}

function standingWire(plan: StandingPlan, nowMs: number): z.output<typeof standingPlan> {
  const isOver = plan.state === 'live' && plan.expiresAtMs <= nowMs
  return {
    id: plan.id,
    owner: plan.owner,
    role: plan.role,
    action: plan.action,
    effect: plan.effect,
    targets: plan.scope.targets,
    environments: [...plan.scope.environments],
    agents: [...plan.scope.agents],
    cap: plan.cap,
    window_ms: plan.windowMs,
    sample_percent: plan.samplePercent,
    digest: plan.digest,
    state: isOver ? 'expired' : plan.state,
    created_at_ms: plan.createdAtMs,
    expires_at_ms: plan.expiresAtMs,
  }
}
