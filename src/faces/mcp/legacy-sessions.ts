/**
 * Sessions of the 2025 protocol. A session belongs to the task whose token opened it: another task that
 * learns its id is told that there is no such session. Their number is bounded and idle ones end.
 */
import { randomUUID } from 'node:crypto'
import {
  type AuthInfo,
  isInitializeRequest,
  type Server,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import type { TaskSession } from '../../enforcement/session.ts'
import type { Clock } from '../../kernel/clock.ts'
import { Failure } from '../../kernel/failure.ts'
import { isObject, type JsonObject, type JsonValue } from '../../kernel/strict-json.ts'
import type { LegacySession } from './agent-link.ts'
import type { Inbound } from './inbound.ts'
import type { McpFaceLimits } from './limits.ts'

export type SessionParts = {
  readonly limits: McpFaceLimits
  readonly clock: Clock
  /** The server of one session. `watched` are the resources its agent watches. */
  readonly makeServer: (legacy: LegacySession, watched: Set<string>) => Promise<Server>
  /** Told when a session ends, with what it still watched. */
  readonly onEnd: (watched: ReadonlySet<string>) => void
}

type Session = {
  readonly owner: string
  readonly server: Server
  readonly transport: WebStandardStreamableHTTPServerTransport
  readonly watched: Set<string>
  openRequests: number
  lastUsedMs: number
}

export class LegacySessions {
  private readonly parts: SessionParts
  private readonly sessions = new Map<string, Session>()

  constructor(parts: SessionParts) {
    this.parts = parts
  }

  get count(): number {
    return this.sessions.size
  }

  /** Serves one HTTP request. Throws `not_found` for a session that is not the caller's, `store_busy` when full. */
  async fetch(
    request: Request,
    inbound: Inbound,
    authInfo: AuthInfo,
    parsedBody: JsonObject | undefined,
  ): Promise<Response> {
    this.endIdle()
    const id = request.headers.get('mcp-session-id')
    const isOpening = id === null && isInitializeRequest(parsedBody)
    const session = isOpening ? await this.open(inbound) : this.find(id, inbound.session)
    session.lastUsedMs = this.parts.clock.nowMs()
    session.openRequests++
    const response = await session.transport.handleRequest(request, {
      authInfo,
      ...(parsedBody === undefined ? {} : { parsedBody }),
    })
    if (isOpening && session.transport.sessionId === undefined) await session.server.close()
    return whenDone(response, () => {
      session.openRequests--
      session.lastUsedMs = this.parts.clock.nowMs()
    })
  }

  /** Sends a notification to the sessions whose resources match; those with no open stream miss it. */
  tell(method: string, params: JsonObject): void {
    for (const { server, watched } of this.sessions.values()) {
      const { uri } = params
      if (method === 'notifications/resources/updated' && !watched.has(String(uri))) continue
      server.notification({ method, params: { ...params } }).catch(() => {})
    }
  }

  async close(): Promise<void> {
    await Promise.all(
      [...this.sessions.values()].map(({ server }) => server.close().catch(() => {})),
    )
  }

  private find(id: string | null, caller: TaskSession): Session {
    if (id === null) {
      const how = 'send initialize first, or the headers and _meta of 2026-07-28'
      throw new Failure('request_invalid', `the header Mcp-Session-Id is missing: ${how}`)
    }
    const session = this.sessions.get(id)
    if (session === undefined || session.owner !== ownerOf(caller)) {
      throw new Failure('not_found', 'the session is unknown or has ended; initialize again')
    }
    return session
  }

  private async open(inbound: Inbound): Promise<Session> {
    const owner = ownerOf(inbound.session)
    this.makeRoom(owner)
    const watched = new Set<string>()
    const legacy: LegacySession = {
      key: randomUUID(),
      capabilities: () => asObject(server.getClientCapabilities()),
      // Before the agent names a level it gets what an operator would want to read.
      logLevel: 'info',
    }
    const server = await this.parts.makeServer(legacy, watched)
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => {
        this.sessions.set(id, session)
      },
    })
    const session: Session = {
      owner,
      server,
      transport,
      watched,
      openRequests: 0,
      lastUsedMs: this.parts.clock.nowMs(),
    }
    server.onclose = () => {
      if (transport.sessionId !== undefined) this.sessions.delete(transport.sessionId)
      this.parts.onEnd(watched)
    }
    await server.connect(transport)
    return session
  }

  private makeRoom(owner: string): void {
    const { maxSessions, maxSessionsPerTask } = this.parts.limits
    const own = [...this.sessions.values()].filter((session) => session.owner === owner)
    if (own.length >= maxSessionsPerTask) this.endOldest(own)
    else if (this.sessions.size >= maxSessions) this.endOldest([...this.sessions.values()])
  }

  private endOldest(among: readonly Session[]): void {
    const idle = among.filter(({ openRequests }) => openRequests === 0)
    const oldest = idle.sort((a, b) => a.lastUsedMs - b.lastUsedMs)[0]
    if (oldest === undefined) throw new Failure('rate_limited', 'too many sessions are open')
    this.end(oldest)
  }

  private endIdle(): void {
    const before = this.parts.clock.nowMs() - this.parts.limits.sessionIdleMs
    for (const session of this.sessions.values()) {
      if (session.openRequests === 0 && session.lastUsedMs < before) this.end(session)
    }
  }

  private end(session: Session): void {
    session.server.close().catch(() => {})
  }
}

function ownerOf({ tenant, task }: TaskSession): string {
  return JSON.stringify([tenant, task.id])
}

function asObject(value: unknown): JsonObject {
  return isObject(value as JsonValue) ? (value as JsonObject) : {}
}

/** Calls `done` once the body was read to its end or given up. */
function whenDone(response: Response, then: () => void): Response {
  let isDone = false
  const done = () => {
    if (!isDone) then()
    isDone = true
  }
  if (response.body === null) {
    done()
    return response
  }
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done: isOver, value } = await reader.read()
        if (!isOver) return controller.enqueue(value)
        done()
        controller.close()
      } catch (error) {
        done()
        controller.error(error)
      }
    },
    async cancel(reason) {
      done()
      await reader.cancel(reason)
    },
  })
  const { status, statusText, headers } = response
  return new Response(body, { status, statusText, headers })
}
