/**
 * The REST face: one Fastify instance without a socket of its own, to be called by the server that also serves
 * MCP. Order for each request: rate limit, caller, body, schema, handler; every error is a problem.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import type { FastifyReply } from 'fastify'
import Fastify from 'fastify'
import type { ZodTypeProvider } from 'fastify-type-provider-zod'
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod'
import { Failure } from '../../kernel/failure.ts'
import { DEFAULT_LIMITS } from '../../kernel/strict-json.ts'
import { consoleRoutes } from '../console/console-routes.ts'
import { eventsRoutes } from '../events/events-routes.ts'
import { oauthRoutes } from '../oauth/oauth-routes.ts'
import { accessOf } from './access.ts'
import { agentRoutes } from './agent-routes.ts'
import { alertRoutes } from './alert-routes.ts'
import type { App } from './app.ts'
import { approvalRoutes } from './approval-routes.ts'
import { authorityRoutes } from './authority-routes.ts'
import { readJsonBodies } from './body.ts'
import { callRoutes } from './call-routes.ts'
import { findCaller } from './caller.ts'
import { caseRoutes } from './case-routes.ts'
import { changeRoutes } from './change-routes.ts'
import { chatRoutes } from './chat-routes.ts'
import type { RestDeps } from './deps.ts'
import { DEFAULT_RATE_LIMITS } from './deps.ts'
import { effectRoutes } from './effect-routes.ts'
import { answerErrors, sendError } from './errors.ts'
import { historyRoutes } from './history-routes.ts'
import { homeRoutes } from './home-routes.ts'
import { importRoutes } from './import-routes.ts'
import { ledgerRoutes } from './ledger-routes.ts'
import { lendingRoutes } from './lending-routes.ts'
import { noticeRoutes } from './notice-routes.ts'
import { describeApi } from './open-api.ts'
import { oversightRoutes } from './oversight-routes.ts'
import { passkeyRoutes } from './passkey-routes.ts'
import { peopleRoutes } from './people-routes.ts'
import { planRoutes } from './plan-routes.ts'
import { policyRoutes } from './policy-routes.ts'
import { queueRoutes } from './queue-routes.ts'
import { requestVerbRoutes } from './request-verb-routes.ts'
import { reviewRoutes } from './review-routes.ts'
import { runningRoutes } from './running-routes.ts'
import { safeguardRoutes } from './safeguard-routes.ts'
import { sessionRoutes } from './session-routes.ts'
import { standingRoutes } from './standing-routes.ts'
import { stopRoutes } from './stop-routes.ts'
import { taskRoutes } from './task-routes.ts'
import { timelineRoutes } from './timeline-routes.ts'
import { toolRoutes } from './tool-routes.ts'

export type RestFace = {
  /** Answers one request; never throws. */
  readonly listener: (req: IncomingMessage, res: ServerResponse) => void
  readonly close: () => Promise<void>
}

/** Names of tools can be URIs; Fastify's own limit of 100 is for short ids. */
const MAX_PARAM_CHARS = 2_048

/** Throws `internal` when a route has no row in the access table. */
export async function createRestFace(deps: RestDeps): Promise<RestFace> {
  const app: App = Fastify({
    logger: false,
    bodyLimit: DEFAULT_LIMITS.maxBytes,
    trustProxy: deps.isBehindProxy ?? false,
    genReqId: () => deps.nextId(),
    requestIdHeader: false,
    routerOptions: { maxParamLength: MAX_PARAM_CHARS },
    // Only a path that cannot be decoded gets here; the reply is typed for a route it never reached.
    frameworkErrors: (error, request, reply) => {
      sendError(deps, error, request, reply as unknown as FastifyReply)
    },
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(serializerCompiler)
  refuseUnlistedRoutes(app)
  answerErrors(app, deps)
  await app.register(helmet)
  await app.register(cookie)
  await limitRates(app, deps)
  readJsonBodies(app)
  app.addHook('onRequest', async (_request, reply) => {
    void reply.header('cache-control', 'no-store')
  })
  // After the rate limit and before the body: strangers neither count as people nor get their bytes parsed.
  app.addHook('preParsing', async (request, reply) => findCaller(deps, request, reply))
  await describeApi(app, deps)
  await consoleRoutes(app, deps)
  registerRoutes(app, deps)
  await app.ready()
  return { listener: (req, res) => app.routing(req, res), close: () => app.close() }
}

function registerRoutes(app: App, deps: RestDeps): void {
  const groups = [
    homeRoutes,
    eventsRoutes,
    sessionRoutes,
    callRoutes,
    effectRoutes,
    runningRoutes,
    taskRoutes,
    queueRoutes,
    approvalRoutes,
    requestVerbRoutes,
    authorityRoutes,
    reviewRoutes,
    safeguardRoutes,
    agentRoutes,
    peopleRoutes,
    passkeyRoutes,
    caseRoutes,
    historyRoutes,
    timelineRoutes,
    alertRoutes,
    toolRoutes,
    planRoutes,
    standingRoutes,
    policyRoutes,
    stopRoutes,
    lendingRoutes,
    ledgerRoutes,
    noticeRoutes,
    changeRoutes,
    oversightRoutes,
    importRoutes,
  ]
  // Inside `after`, so that the plugins before have put their hooks on every route.
  app.after(() => {
    for (const register of groups) register(app, deps)
  })
  void app.register((scope, _options, done) => {
    chatRoutes(scope, deps)
    done()
  })
  void app.register((scope, _options, done) => {
    oauthRoutes(scope, deps)
    done()
  })
}

function refuseUnlistedRoutes(app: App): void {
  app.addHook('onRoute', ({ method, url }) => {
    for (const verb of [method].flat()) {
      if (accessOf(verb, url) === undefined) {
        throw new Failure('internal', `${verb} ${url} has no row in the access table`)
      }
    }
  })
}

async function limitRates(app: App, deps: RestDeps): Promise<void> {
  const { api } = deps.rateLimits ?? DEFAULT_RATE_LIMITS
  await app.register(rateLimit, {
    max: api,
    timeWindow: 60_000,
    errorResponseBuilder: (_request, { after }) =>
      new Failure('rate_limited', `the limit of this address is reached; retry in ${after}`),
  })
}
