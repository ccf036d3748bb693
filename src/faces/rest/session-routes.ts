/** Logging into the console and out of it, and what the person who asks is. */
import type { FastifyRequest } from 'fastify'
import { closeSession } from '../../command/end-session.ts'
import { issueLoginLink } from '../../command/issue-login-link.ts'
import { loginOptions, openSessionByPasskey } from '../../command/login-with-passkey.ts'
import { openSessionByLink } from '../../command/open-session.ts'
import { permissionsOf } from '../../command/permissions.ts'
import { passkeyOptions } from '../../contract/passkeys.ts'
import {
  closedSession,
  loginLink,
  loginLinkBody,
  me,
  openedSession,
  openSessionBody,
  sessionList,
} from '../../contract/sessions.ts'
import { idParams } from '../../contract/words.ts'
import type { Session } from '../../identity/session.ts'
import { mayEnrol, sessionEnd } from '../../identity/session.ts'
import { Failure } from '../../kernel/failure.ts'
import type { App } from './app.ts'
import { answers, creates } from './app.ts'
import { consoleSessionOf, doerOf } from './caller.ts'
import { requireSameSite } from './cross-site.ts'
import type { RestDeps } from './deps.ts'
import { DEFAULT_RATE_LIMITS } from './deps.ts'
import { assertionOf, passkeyWire } from './passkey-routes.ts'
import { personWire } from './person-wire.ts'
import { clearSessionCookie, setSessionCookie } from './session-cookie.ts'
import { receiptsWire } from './wire.ts'

const TAGS = ['login']

export function sessionRoutes(app: App, deps: RestDeps): void {
  app.get('/api/v1/me', { schema: { tags: TAGS, response: answers(me) } }, async (request) => {
    const { person } = doerOf(request)
    const session = consoleSessionOf(request)
    const shifts = await deps.roster.onDuty(person.tenant, deps.nowMs())
    const mine = shifts.filter((shift) => shift.person === person.id)
    const passkeys = await deps.passkeys.list(person.tenant, person.id)
    return {
      ...personWire(person),
      tenant: person.tenant,
      duty: mine.map(({ role, fromMs, toMs }) => ({ role, from_ms: fromMs, to_ms: toMs })),
      permissions: [...permissionsOf(person)],
      passkeys: passkeys.map(passkeyWire),
      session: session === undefined ? undefined : sessionWire(session, request, deps),
    }
  })
  app.post(
    '/api/v1/login-links',
    { schema: { tags: TAGS, body: loginLinkBody, response: creates(loginLink) } },
    async (request, reply) => {
      const by = doerOf(request)
      const personId = request.body?.person ?? by.person.id
      // A session that could make its own successor would never end.
      if (personId === by.person.id && consoleSessionOf(request) !== undefined)
        throw new Failure('not_permitted', 'a link of your own needs your API token')
      const made = await issueLoginLink(deps, { tenant: by.person.tenant, by, personId })
      const { id, person, expiresAtMs } = made.link
      return reply.code(201).send({
        id,
        person,
        url: `${deps.baseUrl}/login#${made.secret}`,
        expires_at_ms: expiresAtMs,
        receipts: receiptsWire([made.receipt]),
      })
    },
  )
  loginRoutes(app, deps)
  ownSessionRoutes(app, deps)
}

function loginRoutes(app: App, deps: RestDeps): void {
  const url = '/api/v1/session'
  const max = deps.rateLimits?.login ?? DEFAULT_RATE_LIMITS.login
  const config = { rateLimit: { max, timeWindow: 60_000 } }
  app.post(
    '/api/v1/session/options',
    { schema: { tags: TAGS, response: answers(passkeyOptions) }, config },
    async () => ({ options: await loginOptions(deps) }),
  )
  app.post(
    url,
    {
      schema: { tags: TAGS, body: openSessionBody, response: creates(openedSession) },
      config,
    },
    async (request, reply) => {
      // Or a foreign page could log somebody in as somebody else.
      requireSameSite(request.method, request.headers, deps.baseUrl)
      const { body } = request
      const { tenant } = deps
      const opened =
        'link' in body
          ? await openSessionByLink(deps, { tenant, link: body.link })
          : await openSessionByPasskey(deps, { tenant, assertion: assertionOf(body.assertion) })
      setSessionCookie(reply, deps.baseUrl, opened)
      return reply.code(201).send({
        person: personWire(opened.person),
        session: { ...sessionWire(opened.session, request, deps), is_current: true },
        receipts: receiptsWire([opened.receipt]),
      })
    },
  )
  app.delete(
    url,
    { schema: { tags: TAGS, response: answers(closedSession) } },
    async (request, reply) => {
      const session = consoleSessionOf(request)
      if (session === undefined) throw new Failure('not_found', 'an API token is no session')
      const receipt = await closeSession(deps, session, 'logout')
      clearSessionCookie(reply, deps.baseUrl)
      return { receipts: receiptsWire([receipt]) }
    },
  )
}

function ownSessionRoutes(app: App, deps: RestDeps): void {
  const mine = async (request: FastifyRequest) => {
    const { person } = doerOf(request)
    const open = await deps.sessions.openSessions(person.tenant, person.id)
    return open.filter((session) => sessionEnd(session, deps.nowMs()) === undefined)
  }
  app.get(
    '/api/v1/sessions',
    { schema: { tags: TAGS, response: answers(sessionList) } },
    async (request) => ({
      sessions: (await mine(request)).map((session) => sessionWire(session, request, deps)),
    }),
  )
  app.delete(
    '/api/v1/sessions/:id',
    { schema: { tags: TAGS, params: idParams, response: answers(closedSession) } },
    async (request) => {
      const session = (await mine(request)).find(({ id }) => id === request.params.id)
      if (session === undefined) throw new Failure('not_found', 'no such session of yours')
      const isCurrent = session.id === consoleSessionOf(request)?.id
      const receipt = await closeSession(deps, session, isCurrent ? 'logout' : 'revoked')
      return { receipts: receiptsWire([receipt]) }
    },
  )
}

function sessionWire(session: Session, request: FastifyRequest, deps: Pick<RestDeps, 'nowMs'>) {
  return {
    id: session.id,
    method: session.method,
    opened_at_ms: session.openedAtMs,
    seen_at_ms: session.seenAtMs,
    expires_at_ms: session.expiresAtMs,
    is_current: session.id === consoleSessionOf(request)?.id,
    may_enrol: mayEnrol(session, deps.nowMs()),
  }
}
