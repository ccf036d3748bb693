/**
 * The MCP face: `/mcp` and `/mcp/u/<upstream>` on a node:http server. It checks where a request comes from,
 * who sends it and that its bytes mean one thing; then it translates. It decides nothing (DESIGN 3).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { hostHeaderValidation, originValidation } from '@modelcontextprotocol/node'
import {
  isJsonContentType,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
} from '@modelcontextprotocol/server'
import { mayReach, type TaskSession } from '../../enforcement/session.ts'
import { FAILURES, Failure } from '../../kernel/failure.ts'
import type { JsonObject } from '../../kernel/strict-json.ts'
import { readMessage } from './body.ts'
import { Endpoint } from './endpoint.ts'
import type { Inbound } from './inbound.ts'
import { OfferCache } from './offers.ts'
import type { McpFaceParts } from './parts.ts'
import { RequestRates } from './rate-limit.ts'
import { webRequest, writeJson, writeResponse } from './web.ts'
import { writeFailure } from './wire-error.ts'

export type McpFace = {
  /** Serves one request to `/mcp` or `/mcp/u/<upstream>`; every outcome is an answer, it does not reject. */
  readonly handle: (req: IncomingMessage, res: ServerResponse) => Promise<void>
  /** Tells connected agents that their tool lists may have changed, e.g. after a review. */
  readonly toolsChanged: () => void
  readonly close: () => Promise<void>
}

const PATH = /^\/mcp(?:\/u\/([a-z0-9-]{1,20}))?\/?$/
/** Why a request is given up. Made once: an abort without a reason makes an error with a stack each time. */
const GONE = new Failure('cancelled', 'the request is over, or the agent has left')
const METADATA_PATH = '/.well-known/oauth-protected-resource/mcp'

export function createMcpFace(parts: McpFaceParts): McpFace {
  const offers = new OfferCache(parts.upstreams, parts.clock, parts.limits.offerTtlMs)
  const endpoints = new Map<string, Endpoint>()
  const endpointOf = (upstream: string | undefined): Endpoint => {
    const key = upstream ?? ''
    const endpoint = endpoints.get(key) ?? new Endpoint(parts, offers, { upstream })
    endpoints.set(key, endpoint)
    return endpoint
  }
  const unsubscribe = parts.upstreams.onChange((upstream, method, params) => {
    offers.forget(upstream)
    endpoints.get(upstream)?.tell(method, params)
    if (method === 'notifications/tools/list_changed') endpoints.get('')?.tell(method, {})
  })
  const guard = originGuard(parts)
  const rates = new RequestRates(parts.limits.requests)
  return {
    handle: async (req, res) => {
      if (!guard(req, res)) return
      try {
        await serve(parts, rates, endpointOf, req, res)
      } catch (error) {
        answerFailure(parts, req, res, error)
      }
    },
    toolsChanged: () => {
      for (const endpoint of endpoints.values()) {
        endpoint.tell('notifications/tools/list_changed', {})
      }
    },
    close: async () => {
      unsubscribe()
      await Promise.all([...endpoints.values()].map((endpoint) => endpoint.close()))
    },
  }
}

/** DNS rebinding: only names the gateway is known by may stand in Host and Origin. */
function originGuard(parts: McpFaceParts): (req: IncomingMessage, res: ServerResponse) => boolean {
  const own = [new URL(parts.publicBaseUrl).hostname, ...parts.limits.allowedHosts]
  const isHost = hostHeaderValidation([...localhostAllowedHostnames(), ...own])
  const isOrigin = originValidation([...localhostAllowedOrigins(), ...own])
  return (req, res) => isHost(req, res) && isOrigin(req, res)
}

/** The agent asks faster than it may. */
class TooFast extends Failure {
  /** RFC 9110 section 10.2.3: whole seconds. */
  readonly retryAfter: string

  constructor(waitMs: number) {
    super('rate_limited', 'this agent makes too many requests')
    this.retryAfter = String(Math.ceil(waitMs / 1_000))
  }
}

async function serve(
  parts: McpFaceParts,
  rates: RequestRates,
  endpointOf: (upstream: string | undefined) => Endpoint,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const path = PATH.exec(new URL(req.url ?? '/', parts.publicBaseUrl).pathname)
  if (path === null) throw new Failure('not_found', 'MCP is served at /mcp and /mcp/u/<upstream>')
  const session = await parts.identify(bearerOf(req))
  const waitMs = rates.take(`${session.tenant}/${session.agent.id}`, parts.clock.nowMs())
  if (waitMs > 0) throw new TooFast(waitMs)
  const upstream = path[1]
  // A tool server the agent may not reach looks like one that does not exist.
  if (upstream !== undefined && !isReachable(parts, session, upstream)) {
    throw new Failure('not_found', 'there is no such upstream for this agent')
  }
  const isPost = req.method === 'POST'
  if (isPost && !isJsonContentType(req.headers['content-type'] ?? null)) {
    throw new Failure('media_type_unsupported', 'the Content-Type must be application/json')
  }
  const message: JsonObject = isPost
    ? await readMessage(req, {
        maxBytes: parts.limits.maxBodyBytes,
        maxDepth: parts.limits.maxBodyDepth,
        maxValues: parts.limits.maxBodyValues,
      })
    : {}
  await respond(parts, endpointOf(upstream), { session, message }, req, res)
}

async function respond(
  parts: McpFaceParts,
  endpoint: Endpoint,
  inbound: Inbound,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const gone = new AbortController()
  const leave = () => gone.abort(GONE)
  res.on('close', () => {
    if (!res.writableFinished) leave()
  })
  if (res.destroyed) leave()
  const isPost = req.method === 'POST'
  const answer = isPost ? await endpoint.answer(req.headers, inbound, gone.signal) : { inbound }
  // A plain call is over with its answer: nobody is left who listens for its end.
  if ('message' in answer) return writeJson(res, answer.message)
  // A stream of notices lives no longer than the token that opened it; the agent opens another.
  const isStream = !isPost || inbound.message.method === 'subscriptions/listen'
  const leftMs = inbound.session.claims.expiresAtMs - parts.clock.nowMs()
  const expiry = isStream ? setTimeout(leave, Math.max(0, leftMs)) : undefined
  try {
    const request = webRequest(req, gone.signal)
    const response = await endpoint.fetch(request, answer.inbound, isPost)
    await writeResponse(res, response, gone.signal)
  } finally {
    clearTimeout(expiry)
    leave()
  }
}

function isReachable(parts: McpFaceParts, session: TaskSession, upstream: string): boolean {
  return parts.upstreams.ids().includes(upstream) && mayReach(session, upstream)
}

/** RFC 6750 section 2.1; a token anywhere else in a request is not looked for. */
function bearerOf(req: IncomingMessage): string | undefined {
  return /^Bearer ([A-Za-z0-9\-._~+/]+=*)$/i.exec(req.headers.authorization ?? '')?.[1]
}

function answerFailure(
  parts: McpFaceParts,
  req: IncomingMessage,
  res: ServerResponse,
  error: unknown,
): void {
  const failure =
    error instanceof Failure ? error : new Failure('internal', 'the request could not be served')
  if (failure.code === 'internal') {
    parts.log.error(
      { error: error instanceof Error ? error.message : 'unknown' },
      'MCP face failed',
    )
  }
  const { status } = FAILURES[failure.code]
  const headers: Record<string, string> = {}
  if (status === 401) {
    headers['www-authenticate'] = challenge(parts.publicBaseUrl, bearerOf(req) !== undefined)
  }
  if (failure instanceof TooFast) headers['retry-after'] = failure.retryAfter
  // The rest of an oversized body is not read, so the connection cannot carry another request.
  if (status === 413) headers.connection = 'close'
  writeFailure(res, failure, headers)
}

/** RFC 9728 section 5.1; `error` only when a token was presented and refused (RFC 6750 section 3.1). */
function challenge(publicBaseUrl: string, isRefused: boolean): string {
  const metadata = `Bearer resource_metadata="${publicBaseUrl}${METADATA_PATH}"`
  return isRefused ? `${metadata}, error="invalid_token"` : metadata
}
