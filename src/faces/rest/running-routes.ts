/** What runs now: the sessions of agents and the plans at work. */
import type { RunningPlan, RunningSession } from '../../command/read-running.ts'
import { running } from '../../contract/running.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { planRecordWire } from './plan-routes.ts'
import { taskWire } from './wire.ts'

export function runningRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/running',
    { schema: { tags: ['tasks'], response: answers(running) } },
    async (request) => {
      const { sessions, total, plans } = await deps.readRunning(doerOf(request).person.tenant)
      return {
        sessions: sessions.map((session) => ({
          ...taskWire(session.task),
          ...touchedWire(session),
        })),
        total,
        plans: plans.map((each) => ({
          ...planRecordWire(each.plan),
          steps_run: each.stepsRun,
          ...touchedWire(each),
        })),
      }
    },
  )
}

function touchedWire({ tools, targets, budgets }: RunningSession | RunningPlan) {
  return {
    tools: tools.map(({ lastAtMs, ...tool }) => ({ ...tool, last_at_ms: lastAtMs })),
    targets: targets.map(({ atMs, ...target }) => ({ ...target, at_ms: atMs })),
    budgets: budgets.map(({ windowMs, ...budget }) => ({ ...budget, window_ms: windowMs })),
  }
}
