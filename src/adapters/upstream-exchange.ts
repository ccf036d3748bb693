/**
 * The one door to a tool server. A frame leaves only against the slot that its durable dispatch minted, and
 * only when the bytes about to be sent are the bytes that were decided (R5).
 */
import { Client, type RequestOptions } from '@modelcontextprotocol/client'
import type { Exchange, Frame, FrameBack, Progress } from '../enforcement/upstream.ts'
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { Digest } from '../kernel/digest.ts'
import { type DispatchSlot, openSlot } from '../kernel/dispatch-slot.ts'
import { Failure } from '../kernel/failure.ts'
import type { Log } from '../kernel/log.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { UpstreamError } from '../kernel/upstream-error.ts'
import type { LeaseSecret } from '../lease/placement.ts'
import type { Connection } from './upstream-connection.ts'
import type { Direct } from './upstream-direct.ts'
import { answerOf, askable, requestOf } from './upstream-frame.ts'
import type { UpstreamPool } from './upstream-pool.ts'
import { sendRequest } from './upstream-request.ts'
import { GATEWAY_IMPLEMENTATION, type UpstreamLimits, type UpstreamSpec } from './upstream-spec.ts'
import { makeTransport } from './upstream-transport.ts'

/** JSON-RPC code of "your protocol version is not supported" (2026-07-28): the known era is wrong. */
const UNSUPPORTED_VERSION = -32022

export type ExchangeParts = {
  readonly specs: ReadonlyMap<string, UpstreamSpec>
  readonly pool: UpstreamPool
  readonly limits: UpstreamLimits
  readonly log: Log
  /** Headers a tool wants some of its arguments repeated in. */
  readonly paramHeaders: (
    upstream: string,
    tool: string,
    args: JsonObject,
  ) => Record<string, string>
}

type Sending = {
  readonly spec: UpstreamSpec
  readonly frame: Frame
  readonly secret: LeaseSecret | undefined
  readonly timeoutMs: number
  readonly back: FrameBack
}

export function makeExchange(parts: ExchangeParts): Exchange {
  return async (slot, frame, frameDigest, secret, timeoutMs, back) => {
    takeSlot(slot, frame, frameDigest)
    const spec = parts.specs.get(frame.upstream)
    if (spec === undefined) {
      throw new Failure('upstream_unreachable', 'no tool server of this name is configured')
    }
    const sending: Sending = { spec, frame, secret, timeoutMs, back }
    try {
      const connection = await connectionFor(parts, sending)
      if (back.signal.aborted) {
        throw new Failure('upstream_unreachable', 'the agent went away before the call was sent')
      }
      const raw = await sendOver(parts, connection, sending)
      return answerOf(spec, frame, raw, parts.limits)
    } finally {
      // What was opened with a borrowed credential ends with the one call it is for, child processes with it.
      if (secret?.lease !== undefined) parts.pool.shut(spec, secret)
    }
  }
}

/** Throws `slot_refused`; a slot offered for another frame stays unused. */
function takeSlot(slot: DispatchSlot, frame: Frame, frameDigest: Digest): void {
  const { upstream, method, name, params } = frame
  const actual = digestOfJson('countersign-frame-v1', { upstream, method, name, params })
  if (actual !== frameDigest) {
    throw new Failure('slot_refused', 'the frame is not the one that was dispatched')
  }
  if (params[method === 'resources/read' ? 'uri' : 'name'] !== name) {
    throw new Failure('slot_refused', 'the frame names one thing and asks for another')
  }
  openSlot(slot, upstream, actual)
}

async function connectionFor(parts: ExchangeParts, sending: Sending): Promise<Connection> {
  const { spec, secret, back } = sending
  const may = askable(spec, back.clientCapabilities)
  const { agentSession } = back
  if (agentSession === undefined || back.ask === undefined || Object.keys(may).length === 0) {
    return parts.pool.acquire(spec, secret, 'call')
  }
  const prior =
    parts.pool.verdict(spec, secret) ?? (await parts.pool.acquire(spec, secret, 'call')).prior
  // A 2026 server asks inside its result; only an older one needs a connection that leads to one agent.
  return parts.pool.acquire(
    spec,
    secret,
    prior.kind === 'modern' ? 'call' : { id: agentSession, askable: may },
  )
}

async function sendOver(
  parts: ExchangeParts,
  connection: Connection,
  sending: Sending,
): Promise<unknown> {
  const { spec, back } = sending
  // On 2026 HTTP each request has its own stream. For an agent that wants log messages, a client of its own
  // tells those of calls apart; on the shared one they belong to nobody and are dropped.
  const isOwnStream = connection.era === 'modern' && spec.transport === 'streamable-http'
  if (isOwnStream && back.notify !== undefined) return sendAlone(parts, connection, sending)
  connection.inFlight.add(back)
  try {
    await setLogLevel(connection, back)
    return await send(parts, connection.client, connection, sending)
  } finally {
    connection.inFlight.delete(back)
    if (connection.isRetired && connection.inFlight.size === 0) {
      connection.client.close().catch(() => {})
    }
  }
}

async function sendAlone(
  parts: ExchangeParts,
  connection: Connection,
  sending: Sending,
): Promise<unknown> {
  const { spec, secret, back } = sending
  const client = new Client(GATEWAY_IMPLEMENTATION, {
    capabilities: {},
    inputRequired: { autoFulfill: false },
  })
  client.fallbackNotificationHandler = async ({ method, params }) => {
    if (method === 'notifications/message') back.notify?.(method, (params ?? {}) as JsonObject)
  }
  try {
    // The known verdict is adopted: no request goes out here.
    await client.connect(makeTransport(spec, secret, parts.limits, parts.log), {
      prior: connection.prior,
    })
    return await send(parts, client, connection, sending)
  } finally {
    client.close().catch(() => {})
  }
}

async function send(
  parts: ExchangeParts,
  client: Client,
  connection: Connection,
  sending: Sending,
): Promise<unknown> {
  const { spec, frame, secret, timeoutMs, back } = sending
  const options: RequestOptions & { readonly headers?: Record<string, string> } = {
    timeout: timeoutMs,
    ...(back.progress === undefined ? {} : { onprogress: reporting(back.progress) }),
    ...(connection.era === 'modern' && frame.method === 'tools/call'
      ? { headers: parts.paramHeaders(spec.id, frame.name, frame.params) }
      : {}),
  }
  try {
    const request = requestOf(spec, connection.era, frame, back)
    const direct = directOf(connection, frame, back)
    if (direct === undefined) return await sendRequest(client, request, back.signal, options)
    const { name } = frame
    const headers = options.headers ?? {}
    const { params } = request
    const { signal } = back
    return await direct.send({ method: 'tools/call', name, params, headers, timeoutMs, signal })
  } catch (error) {
    const isOtherEra = error instanceof UpstreamError && error.rpcCode === UNSUPPORTED_VERSION
    const isTurnedAway = error instanceof Failure && error.code === 'upstream_unreachable'
    if (isOtherEra || isTurnedAway) parts.pool.distrust(spec, secret, connection)
    throw error
  }
}

/** The short way, for a call of a tool that nobody wants to hear of before its answer. */
function directOf(connection: Connection, frame: Frame, back: FrameBack): Direct | undefined {
  const isPlain = back.progress === undefined && back.notify === undefined
  return isPlain && frame.method === 'tools/call' ? connection.direct : undefined
}

/** Hands on exactly the three members a progress report has. */
function reporting(
  report: (progress: Progress) => void,
): NonNullable<RequestOptions['onprogress']> {
  return ({ progress, total, message }) =>
    report({
      progress,
      ...(total === undefined ? {} : { total }),
      ...(message === undefined ? {} : { message }),
    })
}

/** A legacy server has one log level per connection; only a connection of one agent may follow it. */
async function setLogLevel(connection: Connection, back: FrameBack): Promise<void> {
  const { logLevel } = back
  if (connection.era !== 'legacy' || !connection.isPrivate || logLevel === undefined) return
  if (
    connection.logLevel === logLevel ||
    connection.client.getServerCapabilities()?.logging === undefined
  )
    return
  connection.logLevel = logLevel
  const level = logLevel as Parameters<Client['setLoggingLevel']>[0]
  // A server that refuses a level still does the work; the agent merely sees another set of messages.
  await connection.client.setLoggingLevel(level).catch(() => {})
}
