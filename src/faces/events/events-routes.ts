/** GET /api/v1/events: what changed, as it changes, to people who may read. */
import { Readable } from 'node:stream'
import type { FastifyRequest } from 'fastify'
import { change, eventsHeaders } from '../../contract/events.ts'
import { sessionEnd } from '../../identity/session.ts'
import { Failure } from '../../kernel/failure.ts'
import type { App } from '../rest/app.ts'
import { streams } from '../rest/app.ts'
import { consoleSessionOf, doerOf } from '../rest/caller.ts'
import type { RestDeps } from '../rest/deps.ts'
import { type FollowDeps, follow } from './follow.ts'

/** Tabs of one person on one node. More would be a script that leaks connections. */
const MAX_STREAMS = 8

export function eventsRoutes(app: App, deps: RestDeps): void {
  const open = new Map<string, number>()
  app.get(
    '/api/v1/events',
    {
      schema: {
        tags: ['events'],
        headers: eventsHeaders,
        response: streams('text/event-stream', `Server-Sent Events; data: ${change.meta()?.id}`),
      },
    },
    async (request, reply) => {
      const { person } = doerOf(request)
      const key = `${person.tenant}/${person.id}`
      const count = open.get(key) ?? 0
      if (count >= MAX_STREAMS)
        throw new Failure('rate_limited', `${MAX_STREAMS} streams of this person are open`)
      open.set(key, count + 1)
      const stop = new AbortController()
      reply.raw.once('close', () => {
        stop.abort()
        open.set(key, (open.get(key) ?? 1) - 1)
      })
      const parts: FollowDeps = {
        ledger: deps.ledger,
        onChange: deps.changes.subscribe,
        isWelcome: () => isWelcome(deps, request),
      }
      const lastSeen = readIndex(request.headers['last-event-id'])
      return reply
        .type('text/event-stream; charset=utf-8')
        .header('x-accel-buffering', 'no')
        .send(Readable.from(follow(parts, person.tenant, lastSeen, stop.signal)))
    },
  )
}

/** Still active, and where a session opened the stream, that session is open. */
async function isWelcome(deps: RestDeps, request: FastifyRequest): Promise<boolean> {
  const { tenant, id } = doerOf(request).person
  const session = consoleSessionOf(request)
  const [person, sessions] = await Promise.all([
    deps.people.byId(tenant, id),
    session === undefined ? [] : deps.sessions.openSessions(tenant, id),
  ])
  if (person?.state !== 'active') return false
  if (session === undefined) return true
  const found = sessions.find((each) => each.id === session.id)
  return found !== undefined && sessionEnd(found, deps.nowMs()) === undefined
}

/** Anything that is no index of ours means that nothing was seen. */
function readIndex(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined
}
