/** What became of the messages to people. */
import { deliveryList, deliveryQuery } from '../../contract/notices.ts'
import type { ListedDelivery } from '../../notice/ports.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'

const TAGS = ['notices']

export function noticeRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/deliveries',
    { schema: { tags: TAGS, querystring: deliveryQuery, response: answers(deliveryList) } },
    async (request) => {
      const { state, limit } = request.query
      const { tenant } = doerOf(request).person
      const wanted = { limit, ...(state === undefined ? {} : { state }) }
      const found = await deps.notices.deliveries(tenant, wanted)
      return { channels: [...deps.channels], deliveries: found.map(deliveryWire) }
    },
  )
}

function deliveryWire(delivery: ListedDelivery) {
  const { id, notice, kind, channel, person, state, attempts, error } = delivery
  return {
    id,
    notice,
    kind,
    channel,
    ...(person === undefined ? {} : { person }),
    state,
    attempts,
    due_at_ms: delivery.dueAtMs,
    ...(error === undefined ? {} : { error }),
    created_at_ms: delivery.createdAtMs,
    ...(delivery.settledAtMs === undefined ? {} : { settled_at_ms: delivery.settledAtMs }),
  }
}
