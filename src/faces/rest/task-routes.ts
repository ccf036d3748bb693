/** Tasks as people see them: opening one for an agent, listing, closing. */
import { closeTask } from '../../command/close-task.ts'
import { openTask } from '../../command/open-task.ts'
import {
  closeTaskAnswer,
  closeTaskBody,
  openTaskAnswer,
  openTaskBody,
  taskList,
  taskQuery,
} from '../../contract/tasks.ts'
import { idParams } from '../../contract/words.ts'
import type { App } from './app.ts'
import { answers, creates } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { receiptsWire, taskWire } from './wire.ts'

const TAGS = ['tasks']

export function taskRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/tasks',
    { schema: { tags: TAGS, querystring: taskQuery, response: answers(taskList) } },
    async (request) => {
      const { state } = request.query
      const tasks = await deps.tasks.list(doerOf(request).person.tenant)
      const wanted = tasks.filter((task) => state === undefined || task.state === state)
      return { tasks: wanted.map(taskWire) }
    },
  )
  app.post(
    '/api/v1/tasks',
    { schema: { tags: TAGS, body: openTaskBody, response: creates(openTaskAnswer) } },
    async (request, reply) => {
      const by = doerOf(request)
      const {
        agent: agentId,
        case: caseRef,
        purpose,
        scope,
        lifetime_ms: lifetimeMs,
      } = request.body
      const made = await openTask(deps, {
        tenant: by.person.tenant,
        by,
        agentId,
        caseRef,
        purpose,
        scope,
        ...(lifetimeMs === undefined ? {} : { lifetimeMs }),
      })
      return reply
        .code(201)
        .send({ task: taskWire(made.task), receipts: receiptsWire([made.receipt]) })
    },
  )
  app.post(
    '/api/v1/tasks/:id/close',
    {
      schema: {
        tags: TAGS,
        params: idParams,
        // Closing needs no words: a request without a body is one.
        body: closeTaskBody.nullish(),
        response: answers(closeTaskAnswer),
      },
    },
    async (request) => {
      const by = doerOf(request)
      const reason = request.body?.reason ?? 'closed-by-person'
      const input = { tenant: by.person.tenant, by, taskId: request.params.id, reason }
      const made = await closeTask(deps, input)
      return { task: taskWire(made.task), receipts: receiptsWire(made.receipts) }
    },
  )
}
