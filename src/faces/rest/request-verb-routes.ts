/** What a person may do with a request beside deciding it. */
import { askBody, cancelBody, decisionAnswer, modifyBody } from '../../contract/approvals.ts'
import { idParams } from '../../contract/words.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { inputOf, outcomeWire } from './approval-routes.ts'
import type { RestDeps } from './deps.ts'

const SHARED = { tags: ['approvals'], params: idParams, response: answers(decisionAnswer) }

export function requestVerbRoutes(app: App, deps: RestDeps): void {
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
