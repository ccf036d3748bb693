/** Escalating, releasing in an emergency, overriding, and looking again at what was decided. */
import type { Review } from '../../approval/review.ts'
import type { DecisionInput, DecisionOutcome } from '../../command/decision-ports.ts'
import { giveVerdict } from '../../command/give-verdict.ts'
import { override } from '../../command/override.ts'
import { decisionAnswer, decisionBody } from '../../contract/approvals.ts'
import {
  overrideAnswer,
  overrideBody,
  reviewList,
  reviewQuery,
  verdictAnswer,
  verdictBody,
} from '../../contract/authority.ts'
import { idParams } from '../../contract/words.ts'
import type { App } from './app.ts'
import { answers, creates } from './app.ts'
import { decisionOf, inputOf, outcomeWire } from './approval-routes.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { receiptsWire } from './wire.ts'

export function reviewRoutes(app: App, deps: RestDeps): void {
  const { escalate, releaseInEmergency } = deps.decisions
  const verbs: Readonly<Record<string, (input: DecisionInput) => Promise<DecisionOutcome>>> = {
    escalate,
    'emergency-release': releaseInEmergency,
  }
  for (const [verb, command] of Object.entries(verbs)) {
    const schema = {
      tags: ['approvals'],
      params: idParams,
      body: decisionBody,
      response: answers(decisionAnswer),
    }
    app.post(`/api/v1/approvals/:id/${verb}`, { schema }, async (request) => {
      return outcomeWire(await command({ ...inputOf(request), ...decisionOf(request.body) }))
    })
  }
  overrideRoute(app, deps)
  verdictRoutes(app, deps)
}

function overrideRoute(app: App, deps: RestDeps): void {
  app.post(
    '/api/v1/cases/:id/overrides',
    {
      schema: {
        tags: ['cases'],
        params: idParams,
        body: overrideBody,
        response: creates(overrideAnswer),
      },
    },
    async (request, reply) => {
      const { person } = doerOf(request)
      const input = { tenant: person.tenant, person, caseId: request.params.id, ...request.body }
      const made = await override(deps, input)
      const receipts = receiptsWire([made.receipt])
      return reply.code(201).send({ override: made.overrideId, receipts })
    },
  )
}

function verdictRoutes(app: App, deps: RestDeps): void {
  const tags = ['reviews']
  app.get(
    '/api/v1/reviews',
    { schema: { tags, querystring: reviewQuery, response: answers(reviewList) } },
    async (request) => {
      const found = await deps.reviews.reviews(doerOf(request).person.tenant, request.query.state)
      return { reviews: found.map(reviewWire) }
    },
  )
  app.post(
    '/api/v1/reviews/:id/verdict',
    { schema: { tags, params: idParams, body: verdictBody, response: answers(verdictAnswer) } },
    async (request) => {
      const { person } = doerOf(request)
      const input = { tenant: person.tenant, person, reviewId: request.params.id, ...request.body }
      const given = await giveVerdict(deps, input)
      return { review: reviewWire(given.review), receipts: receiptsWire([given.receipt]) }
    },
  )
}

function reviewWire(one: Review) {
  const verdicts = one.verdicts.map(({ person, role, verdict, atMs }) => {
    return { person, role, verdict, at_ms: atMs }
  })
  return {
    id: one.id,
    kind: one.kind,
    request: one.request,
    case: one.caseId,
    about: one.about,
    opened_at_ms: one.openedAtMs,
    due_at_ms: one.dueAtMs,
    state: one.state,
    verdicts_missing: Math.max(0, one.needed - one.verdicts.length),
    ...(one.state === 'closed' ? { verdicts } : {}),
  }
}
