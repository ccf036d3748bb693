/** What a person may do with a request beside deciding it. */
import {
  askBody,
  cancelBody,
  decisionAnswer,
  groupAnswer,
  groupBody,
  modifyBody,
} from '../../contract/approvals.ts'
import { idParams } from '../../contract/words.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { inputOf, outcomeWire } from './approval-routes.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { assertionOf } from './passkey-routes.ts'
import { approvalWire, receiptsWire } from './wire.ts'

const SHARED = { tags: ['approvals'], params: idParams, response: answers(decisionAnswer) }

/** One decision for several requests. */
function groupRoute(app: App, deps: RestDeps): void {
  const schema = { tags: SHARED.tags, body: groupBody, response: answers(groupAnswer) }
  app.post('/api/v1/approvals/group', { schema }, async (request) => {
    const { person } = doerOf(request)
    const { seen_digest: seenDigest, verdict, reason, acknowledged = [], assertion } = request.body
    const outcome = await deps.decisions.group({
      tenant: person.tenant,
      person,
      verdict,
      members: request.body.members.map(namedOf),
      excluded: request.body.excluded.map(namedOf),
      seenDigest,
      reason,
      acknowledged,
      ...(assertion === undefined ? {} : { assertion: assertionOf(assertion) }),
    })
    return {
      group: outcome.id,
      digest: outcome.digest,
      decided: outcome.decided.map(({ kind, request: decided, grantId }) => ({
        outcome: kind,
        approval: approvalWire(decided),
        grant: grantId,
      })),
      receipts: receiptsWire(outcome.receipts),
    }
  })
}

function namedOf({ id, seen_digest: seenDigest }: { id: string; seen_digest: string }) {
  return { requestId: id, seenDigest }
}

export function requestVerbRoutes(app: App, deps: RestDeps): void {
  groupRoute(app, deps)
  const { acknowledge, ask, modify, withdraw } = deps.decisions
  app.post('/api/v1/approvals/:id/acknowledge', { schema: SHARED }, async (request) =>
    outcomeWire(await acknowledge(inputOf(request))),
  )
  app.post(
    '/api/v1/approvals/:id/modify',
    { schema: { ...SHARED, body: modifyBody } },
    async (request) => {
      const { seen_digest: seenDigest, reason, arguments: args } = request.body
      const input = { ...inputOf(request), seenDigest, reason, arguments: args }
      return outcomeWire(await modify(input))
    },
  )
  app.post('/api/v1/approvals/:id/ask', { schema: { ...SHARED, body: askBody } }, async (request) =>
    outcomeWire(await ask({ ...inputOf(request), ...request.body })),
  )
  app.post(
    '/api/v1/approvals/:id/cancel',
    { schema: { ...SHARED, body: cancelBody } },
    async (request) => {
      const { tenant, person, requestId } = inputOf(request)
      const by = { kind: 'person', person } as const
      return outcomeWire(await withdraw({ tenant, requestId, reason: request.body.reason, by }))
    },
  )
}
