/** The cookie that carries a console session, and the session behind it. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { renewSession } from '../../command/end-session.ts'
import type { SessionDeps } from '../../command/issue-login-link.ts'
import type { OpenedSession } from '../../command/open-session.ts'
import { secretHash } from '../../command/secret.ts'
import type { Person } from '../../identity/person.ts'
import type { Session } from '../../identity/session.ts'
import { SESSION_PREFIX, sessionEnd } from '../../identity/session.ts'
import { Failure } from '../../kernel/failure.ts'
import { requireSameSite } from './cross-site.ts'

type Deps = Omit<SessionDeps, 'random'> & { readonly baseUrl: string }

/** What the console asks by itself carries it, and then does not count as somebody being there. */
const BACKGROUND_HEADER = 'countersign-background'

/** Only the API reads it; pages, agents' paths and the log never see it. */
const PATH = '/api/v1'

/** RFC 6265bis section 4.1.3.1: with the prefix, no page without TLS can set it. */
function cookieName(baseUrl: string): string {
  return isSecure(baseUrl) ? '__Secure-countersign' : 'countersign'
}

function isSecure(baseUrl: string): boolean {
  return baseUrl.startsWith('https:')
}

export function setSessionCookie(
  reply: FastifyReply,
  baseUrl: string,
  opened: OpenedSession,
): void {
  void reply.setCookie(cookieName(baseUrl), opened.secret, {
    ...attributes(baseUrl),
    expires: new Date(opened.session.expiresAtMs),
  })
}

export function clearSessionCookie(reply: FastifyReply, baseUrl: string): void {
  void reply.clearCookie(cookieName(baseUrl), attributes(baseUrl))
}

function attributes(baseUrl: string) {
  return { path: PATH, httpOnly: true, sameSite: 'strict', secure: isSecure(baseUrl) } as const
}

/**
 * The person whose session the request carries; undefined without a cookie. Throws `session_ended`,
 * `cross_site_refused`.
 */
export async function sessionBehind(
  deps: Deps,
  request: FastifyRequest,
): Promise<{ readonly session: Session; readonly person: Person } | undefined> {
  const secret = request.cookies[cookieName(deps.baseUrl)]
  if (secret === undefined) return undefined
  requireSameSite(request.method, request.headers, deps.baseUrl)
  const session = secret.startsWith(SESSION_PREFIX)
    ? await deps.sessions.sessionByHash(secretHash(secret))
    : undefined
  if (session === undefined) throw new Failure('session_ended', 'the session is not known')
  const ended = sessionEnd(session, deps.nowMs())
  if (ended !== undefined) throw new Failure('session_ended', `the session is ${ended}`)
  const person = await deps.people.byId(session.tenant, session.person)
  if (person === undefined) throw new Failure('session_ended', 'the person is gone')
  if (request.headers[BACKGROUND_HEADER] === undefined) await renewSession(deps, session)
  return { session, person }
}
