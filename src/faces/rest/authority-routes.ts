/** Lent authority, and marks of suspicion in a case. */
import { delegate, endDelegation } from '../../command/delegate.ts'
import { clearSuspect, markSuspect } from '../../command/mark-suspect.ts'
import {
  delegateAnswer,
  delegateBody,
  delegationList,
  receiptsAnswer,
  suspectBody,
  suspectList,
  suspectParams,
} from '../../contract/authority.ts'
import { idParams } from '../../contract/words.ts'
import type { Delegation } from '../../identity/delegation.ts'
import { isInForce } from '../../identity/delegation.ts'
import type { App } from './app.ts'
import { answers, creates } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { receiptsWire } from './wire.ts'

export function authorityRoutes(app: App, deps: RestDeps): void {
  delegationRoutes(app, deps)
  suspectRoutes(app, deps)
}

function delegationRoutes(app: App, deps: RestDeps): void {
  const tags = ['people']
  app.get(
    '/api/v1/delegations',
    { schema: { tags, response: answers(delegationList) } },
    async (request) => {
      const found = await deps.delegations.list(doerOf(request).person.tenant)
      return { delegations: found.map((one) => delegationWire(one, deps.nowMs())) }
    },
  )
  app.post(
    '/api/v1/delegations',
    { schema: { tags, body: delegateBody, response: creates(delegateAnswer) } },
    async (request, reply) => {
      const { person } = doerOf(request)
      const { from_ms: fromMs = deps.nowMs(), to_ms: toMs, ...rest } = request.body
      const made = await delegate(deps, { tenant: person.tenant, person, fromMs, toMs, ...rest })
      return reply.code(201).send({
        delegation: delegationWire(made.delegation, deps.nowMs()),
        receipts: receiptsWire([made.receipt]),
      })
    },
  )
  app.delete(
    '/api/v1/delegations/:id',
    { schema: { tags, params: idParams, response: answers(receiptsAnswer) } },
    async (request) => {
      const by = doerOf(request)
      const input = { tenant: by.person.tenant, by, delegationId: request.params.id }
      return { receipts: receiptsWire([(await endDelegation(deps, input)).receipt]) }
    },
  )
}

function suspectRoutes(app: App, deps: RestDeps): void {
  const tags = ['cases']
  const url = '/api/v1/cases/:id/suspects'
  app.get(
    url,
    { schema: { tags, params: idParams, response: answers(suspectList) } },
    async (request) => {
      const found = await deps.suspects.suspectsOf(doerOf(request).person.tenant, request.params.id)
      return {
        suspects: found.map(({ person, markedBy, markedAtMs }) => ({
          person,
          marked_by: markedBy,
          marked_at_ms: markedAtMs,
        })),
      }
    },
  )
  for (const [method, command] of [
    ['PUT', markSuspect],
    ['DELETE', clearSuspect],
  ] as const) {
    app.route({
      method,
      url: `${url}/:person`,
      schema: { tags, params: suspectParams, body: suspectBody, response: answers(receiptsAnswer) },
      handler: async (request) => {
        const { person: by } = doerOf(request)
        const { id: caseId, person } = request.params
        const { reason } = request.body
        const made = await command(deps, { tenant: by.tenant, by, caseId, person, reason })
        return { receipts: receiptsWire([made.receipt]) }
      },
    })
  }
}

function delegationWire(one: Delegation, nowMs: number) {
  return {
    id: one.id,
    delegator: one.delegator,
    delegate: one.delegate,
    role: one.role,
    classes: [...one.classes],
    from_ms: one.fromMs,
    to_ms: one.toMs,
    ended_at_ms: one.endedAtMs,
    in_force: isInForce(one, nowMs),
  }
}
