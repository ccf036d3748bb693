/** The stop switch. Pressing needs nothing but a person; resuming needs a role and a reason (R146). */
import {
  pressStopAnswer,
  pressStopBody,
  releaseStopAnswer,
  releaseStopBody,
  stopList,
} from '../../contract/stops.ts'
import { idParams } from '../../contract/words.ts'
import type { App } from './app.ts'
import { answers, creates } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { receiptsWire, stopWire } from './wire.ts'

const TAGS = ['stops']

export function stopRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/stops',
    { schema: { tags: TAGS, response: answers(stopList) } },
    async (request) => {
      const stops = await deps.stops.list(doerOf(request).person.tenant)
      return { stops: stops.map(stopWire) }
    },
  )
  app.post(
    '/api/v1/stops',
    { schema: { tags: TAGS, body: pressStopBody, response: creates(pressStopAnswer) } },
    async (request, reply) => {
      const { person } = doerOf(request)
      const { scope, subject, reason } = request.body
      const made = await deps.stops.press({
        tenant: person.tenant,
        person,
        scope,
        reason,
        ...(subject === undefined ? {} : { subject }),
      })
      return reply
        .code(201)
        .send({ stop: stopWire(made.stop), receipts: receiptsWire(made.receipts) })
    },
  )
  app.delete(
    '/api/v1/stops/:id',
    {
      schema: {
        tags: TAGS,
        params: idParams,
        body: releaseStopBody,
        response: answers(releaseStopAnswer),
      },
    },
    async (request) => {
      const { person } = doerOf(request)
      const { reason } = request.body
      const input = { tenant: person.tenant, person, stopId: request.params.id, reason }
      return { receipts: receiptsWire((await deps.stops.release(input)).receipts) }
    },
  )
}
