/**
 * One address agents talk to: `/mcp`, or `/mcp/u/<upstream>`. Both protocol eras are served on it, told apart
 * by the library's own classification: a request of 2026 stands alone, one of 2025 belongs to a session.
 */
import type { IncomingHttpHeaders } from 'node:http'
import {
  type AuthInfo,
  createMcpHandler,
  isLegacyRequest,
  type McpHttpHandler,
} from '@modelcontextprotocol/server'
import { Failure } from '../../kernel/failure.ts'
import { isObject, type JsonObject } from '../../kernel/strict-json.ts'
import type { LegacySession } from './agent-link.ts'
import { callTool, type Place } from './call.ts'
import { authInfoOf, type Inbound } from './inbound.ts'
import { LegacySessions } from './legacy-sessions.ts'
import { makeServer } from './mcp-server.ts'
import type { OfferCache } from './offers.ts'
import type { McpFaceParts } from './parts.ts'
import { PlainCalls, plainAnswer } from './plain-call.ts'
import { declaresTasks, TASKS_EXTENSION, withoutStrayContent } from './tasks.ts'
import { rpcError } from './wire-error.ts'

/** Notices that concern lists, and the event of the 2026 subscription that carries each. */
const LIST_EVENTS = {
  'notifications/tools/list_changed': 'tools_list_changed',
  'notifications/prompts/list_changed': 'prompts_list_changed',
  'notifications/resources/list_changed': 'resources_list_changed',
} as const

export class Endpoint {
  private readonly parts: McpFaceParts
  private readonly offers: OfferCache
  private readonly place: Place
  private readonly modern: McpHttpHandler
  private readonly sessions: LegacySessions
  private readonly plain = new PlainCalls()

  constructor(parts: McpFaceParts, offers: OfferCache, place: Place) {
    this.parts = parts
    this.offers = offers
    this.place = place
    this.modern = createMcpHandler(async () => this.server(undefined, undefined), {
      legacy: 'reject',
      maxSubscriptions: parts.limits.maxSubscriptions,
      onerror: (error) => parts.log.debug({ error: error.message }, 'a request was rejected'),
    })
    this.sessions = new LegacySessions({
      limits: parts.limits,
      clock: parts.clock,
      makeServer: (legacy, watched) => this.server(legacy, watched),
      onEnd: (watched) => this.unwatch([...watched]),
    })
  }

  /**
   * The message that answers a plain call. Anything else, or what is left of such a call for the library to
   * write, comes back as what `fetch` is to be given.
   */
  async answer(
    headers: IncomingHttpHeaders,
    inbound: Inbound,
    signal: AbortSignal,
  ): Promise<{ readonly message: JsonObject } | { readonly inbound: Inbound }> {
    if (!this.plain.isPlain(headers, inbound.message)) return { inbound }
    if ((await this.capabilities()).tools === undefined) return { inbound }
    const outcome = callTool(this.parts, this.place, { signals: [signal] }, inbound, undefined)
    try {
      const message = plainAnswer(inbound.message.id ?? null, await outcome)
      return message === undefined ? { inbound: { ...inbound, outcome } } : { message }
    } catch {
      // An error is the library's to write; the outcome still rejects with it.
      return { inbound: { ...inbound, outcome } }
    }
  }

  /** Serves a message (`POST`), or a session operation (`GET`, `DELETE`) that has none. */
  async fetch(request: Request, inbound: Inbound, isPost: boolean): Promise<Response> {
    const authInfo = authInfoOf(inbound)
    const body = isPost ? inbound.message : undefined
    if (await this.isLegacy(request, body)) {
      return this.sessions.fetch(request, inbound, authInfo, body)
    }
    const uris = isPost ? this.wantedResources(inbound.message) : []
    if (uris.length > 0) return this.listen(request, authInfo, inbound.message, uris)
    const response = await this.modern.fetch(request, {
      authInfo,
      ...(body === undefined ? {} : { parsedBody: body }),
    })
    const mayBeTask = inbound.message.method === 'tools/call' && declaresTasks(inbound)
    return mayBeTask ? asTask(response) : response
  }

  /**
   * Hands on that a list or a resource of this place changed. Only that: a notice has no call that it belongs to
   * and reaches every agent, so none of the server's other words travel in it.
   */
  tell(method: string, { uri }: JsonObject): void {
    if (method === 'notifications/resources/updated' && typeof uri === 'string') {
      this.sessions.tell(method, { uri })
      this.modern.notify.resourceUpdated(uri)
      return
    }
    if (!Object.hasOwn(LIST_EVENTS, method)) return
    this.sessions.tell(method, {})
    this.modern.bus.publish({ kind: LIST_EVENTS[method as keyof typeof LIST_EVENTS] })
  }

  async close(): Promise<void> {
    await Promise.all([this.modern.close(), this.sessions.close()])
  }

  private async isLegacy(request: Request, body: JsonObject | undefined): Promise<boolean> {
    // Session operations have no body to tell by; without a session they are the 2026 handler's to refuse.
    if (body === undefined) return request.headers.has('mcp-session-id')
    return isLegacyRequest(request, body)
  }

  private async server(legacy: LegacySession | undefined, watched: Set<string> | undefined) {
    const capabilities = await this.capabilities()
    return makeServer({
      face: this.parts,
      place: this.place,
      capabilities: legacy === undefined ? withTasks(capabilities) : capabilities,
      legacy,
      ...(watched === undefined
        ? {}
        : { watch: (method, uri) => this.watch(method, uri, watched) }),
    })
  }

  private async capabilities(): Promise<JsonObject> {
    const { upstream } = this.place
    if (upstream === undefined) return { tools: { listChanged: true } }
    return this.offers.capabilities(upstream)
  }

  private async watch(
    method: 'resources/subscribe' | 'resources/unsubscribe',
    uri: string,
    watched: Set<string>,
  ): Promise<void> {
    const isNew = method === 'resources/subscribe'
    // Repeating either changes nothing, so the upstream's count stays one for each agent.
    if (isNew === watched.has(uri)) return
    if (isNew && watched.size >= this.parts.limits.maxWatchedResources) {
      throw new Failure('rate_limited', 'too many resources are watched in this session')
    }
    await this.parts.upstreams.inherit(this.place.upstream ?? '', method, { uri })
    if (isNew) watched.add(uri)
    else watched.delete(uri)
  }

  private wantedResources(message: JsonObject): readonly string[] {
    const { method, params } = message
    if (method !== 'subscriptions/listen' || this.place.upstream === undefined) return []
    const wanted = isObject(params) && isObject(params.notifications) ? params.notifications : {}
    const { resourceSubscriptions: uris } = wanted
    if (!Array.isArray(uris)) return []
    return [...new Set(uris.filter((uri): uri is string => typeof uri === 'string'))]
  }

  /** A 2026 subscription to resources: they are watched upstream for as long as the stream is open. */
  private async listen(
    request: Request,
    authInfo: AuthInfo,
    message: JsonObject,
    uris: readonly string[],
  ): Promise<Response> {
    const watched: string[] = []
    try {
      if (uris.length > this.parts.limits.maxWatchedResources) {
        throw new Failure('rate_limited', 'too many resources are watched at once')
      }
      for (const uri of uris) {
        await this.parts.upstreams.inherit(this.place.upstream ?? '', 'resources/subscribe', {
          uri,
        })
        watched.push(uri)
      }
    } catch (error) {
      this.unwatch(watched)
      const failure =
        error instanceof Failure
          ? error
          : new Failure('upstream_failed', 'the tool server refused the subscription')
      return Response.json(rpcError(failure, message.id ?? null))
    }
    request.signal.addEventListener('abort', () => this.unwatch(watched), { once: true })
    return this.modern.fetch(request, { authInfo, parsedBody: message })
  }

  private unwatch(uris: readonly string[]): void {
    for (const uri of uris) {
      this.parts.upstreams
        .inherit(this.place.upstream ?? '', 'resources/unsubscribe', { uri })
        .catch(() => {})
    }
  }
}

/** Tools can be waited for with a handle, by clients that say with a call that they can. */
function withTasks(capabilities: JsonObject): JsonObject {
  if (capabilities.tools === undefined) return capabilities
  return { ...capabilities, extensions: { [TASKS_EXTENSION]: {} } }
}

/** A task handle in the form the extension gives it; any other answer as it is. */
async function asTask(response: Response): Promise<Response> {
  if (response.headers.get('content-type')?.startsWith('application/json') !== true) return response
  const message = (await response.json()) as JsonObject
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  return Response.json(withoutStrayContent(message), { status: response.status, headers })
}
