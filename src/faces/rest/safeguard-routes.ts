/** What stands in a case before evidence may be destroyed, and the waiver of a person. */
import { waiveSafeguards } from '../../command/waive-safeguards.ts'
import { safeguardList, waiverAnswer, waiverBody } from '../../contract/safeguards.ts'
import { idParams } from '../../contract/words.ts'
import type { App } from './app.ts'
import { answers, creates } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { receiptsWire } from './wire.ts'

export function safeguardRoutes(app: App, deps: RestDeps): void {
  const tags = ['cases']
  app.get(
    '/api/v1/cases/:id/safeguards',
    { schema: { tags, params: idParams, response: answers(safeguardList) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const found = await deps.safeguards.ofCase(tenant, request.params.id)
      return {
        safeguards: found.map(({ kind, target, by, ref, atMs, untilMs }) => ({
          kind,
          target,
          by,
          ref,
          at_ms: atMs,
          until_ms: untilMs,
        })),
      }
    },
  )
  app.post(
    '/api/v1/cases/:id/evidence-waivers',
    {
      schema: { tags, params: idParams, body: waiverBody, response: creates(waiverAnswer) },
    },
    async (request, reply) => {
      const { person: by } = doerOf(request)
      const input = { tenant: by.tenant, by, caseId: request.params.id, ...request.body }
      const { untilMs, receipt } = await waiveSafeguards(deps, input)
      return reply.code(201).send({ until_ms: untilMs, receipts: receiptsWire([receipt]) })
    },
  )
}
