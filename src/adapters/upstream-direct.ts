/**
 * One request of MCP 2026 as one HTTP request, on kept connections, without the client library between: what a
 * plain call needs of it is an envelope, four headers and one answer, and the rest costs more than the call. What
 * wants more (an older server, a pipe, progress, log messages) goes through the library; see upstream-exchange.ts.
 */
import { Agent as HttpAgent, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import {
  CLIENT_CAPABILITIES_META_KEY,
  CLIENT_INFO_META_KEY,
  PROTOCOL_VERSION_META_KEY,
} from '@modelcontextprotocol/client'
import { Failure } from '../kernel/failure.ts'
import { isObject, type JsonObject } from '../kernel/strict-json.ts'
import type { LeaseSecret } from '../lease/placement.ts'
import { type Answered, type DirectAnswer, readAnswer, resultOf } from './upstream-direct-answer.ts'
import { fromRequest } from './upstream-errors.ts'
import { headerText } from './upstream-param-headers.ts'
import { GATEWAY_IMPLEMENTATION, type UpstreamLimits } from './upstream-spec.ts'
import { headersOf } from './upstream-transport.ts'

/** The only revision that has this form. */
export const DIRECT_VERSION = '2026-07-28'
/** Below the five seconds after which common servers close an idle connection without announcing it. */
const IDLE_MS = 4_000

export type DirectRequest = {
  readonly method: 'tools/call'
  /** Of the tool, as in the params. */
  readonly name: string
  readonly params: Record<string, unknown>
  /** Arguments that the tool wants repeated. */
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  /** The agent's; the request ends with it. */
  readonly signal: AbortSignal
}

export type Direct = {
  /**
   * The raw result. Throws `UpstreamError`, `upstream_unreachable` (surely not sent), `upstream_timeout`,
   * `upstream_failed`, `upstream_protocol` or `cancelled` (may have been executed). Never sends twice and never
   * follows a redirect.
   */
  readonly send: (request: DirectRequest) => Promise<JsonObject>
  readonly close: () => void
}

export type DirectParts = {
  readonly url: string
  readonly secret: LeaseSecret | undefined
  readonly limits: UpstreamLimits
  /** A notification that came on the way to the answer. */
  readonly onNotice: (method: string, params: JsonObject) => void
}

export function openDirect(parts: DirectParts): Direct {
  const url = new URL(parts.url)
  const isTls = url.protocol === 'https:'
  const agent = new (isTls ? HttpsAgent : HttpAgent)({ keepAlive: true, timeout: IDLE_MS })
  const injected = headersOf(parts.secret)
  let lastId = 0
  return {
    send: async (request) => {
      const id = ++lastId
      const { method, name, headers, signal } = request
      const params = enveloped(request.params)
      const body = Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method, params }))
      const answered = await post(request, {
        open: isTls ? httpsRequest : httpRequest,
        url,
        agent,
        body,
        headers: {
          ...headers,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          'mcp-protocol-version': DIRECT_VERSION,
          'mcp-method': method,
          'mcp-name': headerText(name),
          'content-length': body.length,
          ...injected,
        },
        read: { id, maxBytes: parts.limits.maxResultBytes, onNotice: parts.onNotice },
      }).catch((error: unknown) => {
        throw fromRequest(error, signal)
      })
      return resultOf(answered)
    },
    close: () => agent.destroy(),
  }
}

/** What every request of 2026 says of its sender; what the caller set there stands. */
function enveloped(params: Record<string, unknown>): Record<string, unknown> {
  const given = (params as JsonObject)._meta
  const _meta = {
    [PROTOCOL_VERSION_META_KEY]: DIRECT_VERSION,
    [CLIENT_INFO_META_KEY]: GATEWAY_IMPLEMENTATION,
    [CLIENT_CAPABILITIES_META_KEY]: {},
    ...(isObject(given) ? given : {}),
  }
  return { ...params, _meta }
}

type Posting = {
  readonly open: typeof httpRequest
  readonly url: URL
  readonly agent: HttpAgent
  readonly body: Buffer
  readonly headers: Readonly<Record<string, string | number>>
  readonly read: DirectAnswer
}

/** Sends once and reads the answer, within the time limit and while the agent is there. */
function post({ timeoutMs, signal }: DirectRequest, posting: Posting): Promise<Answered> {
  const { open, url, agent, body, headers, read } = posting
  return new Promise((resolve, reject) => {
    // What ended the request from our side; the socket then reports only that it was reset.
    let ended: Failure | undefined
    const outgoing = open(url, { agent, method: 'POST', headers })
    const end = (why: Failure) => {
      ended ??= why
      outgoing.destroy(ended)
    }
    const leave = () => end(new Failure('cancelled', 'the agent went away during the call'))
    const timer = setTimeout(
      () => end(new Failure('upstream_timeout', 'the tool server did not answer in time')),
      timeoutMs,
    )
    const settle = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', leave)
    }
    const fail = (error: unknown): void => {
      settle()
      reject(ended ?? error)
      outgoing.destroy()
    }
    signal.addEventListener('abort', leave, { once: true })
    outgoing.on('error', fail)
    outgoing.on('response', (incoming) => {
      readAnswer(incoming, read).then((answered) => {
        settle()
        resolve(answered)
      }, fail)
    })
    outgoing.end(body)
    if (signal.aborted) leave()
  })
}
