/** The queue: what waits for whom, page by page, and how much it is. */
import type { QueueItem } from '../../approval/queue.ts'
import { countQueue, readQueue } from '../../command/read-queue.ts'
import { approvalCounts, approvalList, approvalQuery } from '../../contract/approvals.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { approvalWire } from './wire.ts'

const TAGS = ['approvals']

export function queueRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/approvals',
    { schema: { tags: TAGS, querystring: approvalQuery, response: answers(approvalList) } },
    async (request) => {
      const { case: caseId, q: text = '', state, view, ...page } = request.query
      const { items, total } = await readQueue(deps, doerOf(request).person, {
        ...page,
        text,
        ...(state === undefined ? {} : { state }),
        ...(view === undefined ? {} : { view }),
        ...(caseId === undefined ? {} : { caseId }),
      })
      return { approvals: items.map(itemWire), total }
    },
  )
  app.get(
    '/api/v1/approvals/counts',
    { schema: { tags: TAGS, response: answers(approvalCounts) } },
    async (request) => ({ ...(await countQueue(deps, doerOf(request).person)) }),
  )
}

function itemWire({ request, targets }: QueueItem) {
  return { ...approvalWire(request), targets: [...targets] }
}
