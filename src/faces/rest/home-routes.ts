/** What anybody may read: whether we are well, and what a problem code means. */
import { z } from 'zod'
import { health, readiness } from '../../contract/ledger.ts'
import { problemPage } from '../../contract/problem.ts'
import { codeOf, FAILURES, Failure, isFailureCode } from '../../kernel/failure.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import type { ReadinessCheck, RestDeps } from './deps.ts'

const TAGS = ['service']

export function homeRoutes(app: App, deps: RestDeps): void {
  app.get('/healthz', { schema: { tags: TAGS, response: answers(health) } }, () => ({
    status: 'ok' as const,
  }))
  app.get(
    '/readyz',
    { schema: { tags: TAGS, response: { ...answers(readiness), 503: readiness } } },
    async (_request, reply) => {
      const checks = await Promise.all(deps.readiness.map(runCheck))
      const ready = checks.every((check) => check.ok)
      return reply.code(ready ? 200 : 503).send({ ready, checks })
    },
  )
  app.get(
    '/problems/:code',
    {
      schema: {
        tags: TAGS,
        params: z.strictObject({ code: z.string() }),
        response: answers(problemPage),
      },
    },
    (request) => {
      const { code } = request.params
      if (!isFailureCode(code)) throw new Failure('not_found', 'no such problem code')
      const { title, status, who, next } = FAILURES[code]
      return { code, title, status, who, next }
    },
  )
}

async function runCheck({ name, check }: ReadinessCheck) {
  try {
    await check()
    return { name, ok: true }
  } catch (error) {
    return { name, ok: false, code: codeOf(error) }
  }
}
