/** The one place where errors and unknown paths are answered. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { FAILURES, Failure } from '../../kernel/failure.ts'
import type { App } from './app.ts'
import type { RestDeps } from './deps.ts'
import { failureOf, PROBLEM_TYPE, problemOf } from './problem.ts'

type ErrorDeps = Pick<RestDeps, 'baseUrl' | 'log'>

export function answerErrors(app: App, deps: ErrorDeps): void {
  const routes: { readonly method: string; readonly pattern: RegExp }[] = []
  app.addHook('onRoute', ({ method, url }) => {
    for (const verb of [method].flat()) routes.push({ method: verb, pattern: patternOf(url) })
  })
  app.setErrorHandler((error, request, reply) => sendError(deps, error, request, reply))
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const allowed = routes.filter((route) => route.pattern.test(path)).map((route) => route.method)
    // A route that itself found nothing, such as a file that is not there, allows the method.
    if (allowed.length === 0 || allowed.includes(request.method))
      throw new Failure('not_found', 'there is nothing at this path')
    void reply.header('allow', [...new Set(allowed)].sort().join(', '))
    throw new Failure('method_not_allowed', `${request.method} is not allowed here`)
  })
}

/** Answers what was thrown. Defects and troubles of the installation are logged; refusals are the caller's. */
export function sendError(
  deps: ErrorDeps,
  error: unknown,
  request: Pick<FastifyRequest, 'id'>,
  reply: FastifyReply,
): FastifyReply {
  const failure = failureOf(error)
  const { who, status } = FAILURES[failure.code]
  if (who === 'us' || status >= 500) {
    deps.log.error({ instance: request.id, code: failure.code, err: error }, 'a request failed')
  }
  const place = { baseUrl: deps.baseUrl, requestId: request.id }
  return reply
    .code(status)
    .type(PROBLEM_TYPE)
    .send(problemOf(place, failure.code, failure.message))
}

/** `/api/v1/tasks/:id/close` as an expression over real paths. */
function patternOf(url: string): RegExp {
  const escaped = url.replace(/[.+?^${}()|[\]\\]/g, '\\$&')
  const source = escaped.replace(/:[a-z_]+/g, '[^/]+').replace('*', '.*')
  return new RegExp(`^${source}$`)
}
