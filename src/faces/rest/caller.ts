/** Who makes a request, found out before its body is read. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Doer, draft } from '../../command/base.ts'
import { requirePermission } from '../../command/permissions.ts'
import { secretHash } from '../../command/secret.ts'
import type { TaskSession } from '../../enforcement/session.ts'
import type { Person } from '../../identity/person.ts'
import { PERSON_TOKEN_PREFIX } from '../../identity/person.ts'
import type { Session } from '../../identity/session.ts'
import { Failure } from '../../kernel/failure.ts'
import type { TaskClaims } from '../../task/ports.ts'
import type { Access } from './access.ts'
import { accessOf } from './access.ts'
import type { RestDeps } from './deps.ts'
import { sessionBehind } from './session-cookie.ts'
import { wayOf } from './way-header.ts'

type Caller =
  | { readonly kind: 'public' }
  | { readonly kind: 'person'; readonly person: Person; readonly session?: Session }
  | { readonly kind: 'task'; readonly session: TaskSession }

type CallerDeps = Pick<
  RestDeps,
  | 'people'
  | 'sessions'
  | 'signer'
  | 'identify'
  | 'commit'
  | 'revisions'
  | 'nextId'
  | 'nowMs'
  | 'baseUrl'
>

const callers = new WeakMap<FastifyRequest, Caller>()

/** The authenticated person of a person's route, as commands want it. */
export function doerOf(request: FastifyRequest): Doer & { readonly kind: 'person' } {
  const caller = callers.get(request)
  if (caller?.kind !== 'person') throw new Failure('internal', 'a person route without a person')
  const way = wayOf(request.headers)
  const { kind, person, session } = caller
  const isByToken = session === undefined
  return { kind, person, isByToken, ...(way === undefined ? {} : { way }) }
}

/** The console session of a person's route; undefined when an API token was presented. */
export function consoleSessionOf(request: FastifyRequest): Session | undefined {
  const caller = callers.get(request)
  return caller?.kind === 'person' ? caller.session : undefined
}

export function sessionOf(request: FastifyRequest): TaskSession {
  const caller = callers.get(request)
  if (caller?.kind !== 'task') throw new Failure('internal', 'a task route without a session')
  return caller.session
}

/**
 * Authenticates by the route's row of the access table. Throws `not_authenticated`, `not_permitted`,
 * `agent_may_not_approve`, `human_token_refused`, and what identifying a task throws.
 */
export async function findCaller(
  deps: CallerDeps,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const access = accessOf(request.method, request.routeOptions.url ?? '')
  // An unknown path has no row and no handler but "not found".
  if (access === undefined || access.who === 'public') {
    callers.set(request, { kind: 'public' })
    return
  }
  try {
    callers.set(request, await authenticate(deps, access, request))
  } catch (error) {
    if (isAuthenticationFailure(error)) {
      const missing = request.headers.authorization === undefined
      void reply.header('www-authenticate', challenge(deps.baseUrl, access, missing))
    }
    throw error
  }
}

async function authenticate(
  deps: CallerDeps,
  access: Exclude<Access, { who: 'public' }>,
  request: FastifyRequest,
): Promise<Caller> {
  const bearer = bearerOf(request)
  if (access.who === 'task') return { kind: 'task', session: await deps.identify(bearer) }
  if (request.headers.authorization === undefined) {
    const known = await sessionBehind(deps, request)
    if (known !== undefined) return permitted({ kind: 'person', ...known }, access)
  }
  if (bearer === undefined) throw new Failure('not_authenticated', 'no bearer token was presented')
  if (!bearer.startsWith(PERSON_TOKEN_PREFIX)) return refuseAgent(deps, access, bearer)
  const person = await deps.people.byTokenHash(secretHash(bearer))
  if (person === undefined) throw new Failure('not_authenticated', 'the token is not known')
  return permitted({ kind: 'person', person }, access)
}

function permitted(
  caller: Extract<Caller, { kind: 'person' }>,
  access: Extract<Access, { who: 'person' }>,
): Caller {
  requirePermission(caller, access.permission)
  return caller
}

/** A task token where a person belongs: an agent at a decision is told why, and it is written down (R114). */
async function refuseAgent(
  deps: CallerDeps,
  access: Exclude<Access, { who: 'public' | 'task' }>,
  bearer: string,
): Promise<never> {
  const claims = await deps.signer.read(bearer, deps.nowMs()).catch(() => undefined)
  if (claims === undefined) throw new Failure('not_authenticated', 'the token is not known')
  if (!access.isDecision)
    throw new Failure('not_permitted', 'this is for people; an agent has its task')
  await recordAttempt(deps, claims)
  throw new Failure('agent_may_not_approve', 'a task token was presented where a person decides')
}

async function recordAttempt(deps: CallerDeps, claims: TaskClaims): Promise<void> {
  const entry = draft(
    deps,
    'access.refused',
    { kind: 'agent', id: claims.agent },
    {
      task: claims.task,
      data: { reason: 'agent_may_not_approve', face: 'rest' },
    },
  )
  await deps.commit(claims.tenant, async () => ({ value: undefined, entries: [entry] }))
}

/** RFC 6750 section 2.1; anything else in the header is no token. */
function bearerOf(request: FastifyRequest): string | undefined {
  return /^Bearer +([\x21-\x7e]+)$/i.exec(request.headers.authorization ?? '')?.[1]
}

function isAuthenticationFailure(error: unknown): boolean {
  const codes = [
    'not_authenticated',
    'session_ended',
    'token_expired',
    'token_wrong_audience',
    'human_token_refused',
    'agent_unknown',
  ]
  return error instanceof Failure && codes.includes(error.code)
}

/** RFC 6750 section 3 and, for agents, RFC 9728 section 5.1. Without a token no error is named. */
function challenge(baseUrl: string, access: Access, isMissing: boolean): string {
  const error = isMissing ? '' : ', error="invalid_token"'
  if (access.who !== 'task') return `Bearer realm="countersign"${error}`
  const metadata = `${baseUrl}/.well-known/oauth-protected-resource/mcp`
  return `Bearer resource_metadata="${metadata}"${error}`
}
