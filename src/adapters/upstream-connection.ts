/**
 * One connection to one tool server under one credential, in whichever era the server speaks.
 *
 * A connection made for an agent session belongs to it alone, so what the server asks or logs there can only
 * reach that agent. On a shared connection nobody can be asked, and log messages, which name no call, are
 * dropped rather than shown to the wrong agent.
 */
import {
  Client,
  type JSONRPCRequest,
  type PriorDiscovery,
  ProtocolError,
  ProtocolErrorCode,
  SdkError,
  SdkHttpError,
} from '@modelcontextprotocol/client'
import type { FrameBack } from '../enforcement/upstream.ts'
import type { Clock } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import type { Log } from '../kernel/log.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { LeaseSecret } from '../lease/placement.ts'
import { DIRECT_VERSION, type Direct, openDirect } from './upstream-direct.ts'
import { fromConnect } from './upstream-errors.ts'
import { GATEWAY_IMPLEMENTATION, type UpstreamLimits, type UpstreamSpec } from './upstream-spec.ts'
import { makeTransport } from './upstream-transport.ts'

export type Era = 'modern' | 'legacy'

export type Connection = {
  readonly client: Client
  readonly era: Era
  /** The short way for plain requests, where the server has it. */
  readonly direct: Direct | undefined
  /** What a further connection may start from instead of negotiating again. */
  readonly prior: PriorDiscovery
  /** The ways back of the calls that are out now, oldest first. */
  readonly inFlight: Set<FrameBack>
  readonly isPrivate: boolean
  readonly openedAtMs: number
  lastUsedMs: number
  isOpen: boolean
  /** Taken out of use; closes when the last call on it is home. */
  isRetired: boolean
  /** The log level last set on a legacy connection. */
  logLevel: string | undefined
}

export type ConnectionParts = {
  readonly limits: UpstreamLimits
  readonly clock: Clock
  readonly log: Log
  /** Notifications that belong to nobody in particular, such as list changes. */
  readonly onNotice: (method: string, params: JsonObject) => void
  /** Whether the entry of the server allows to relay a request of this method. */
  readonly mayAsk: (method: string) => boolean
  readonly onClosed: () => void
}

export type Opening = {
  readonly spec: UpstreamSpec
  readonly secret: LeaseSecret | undefined
  readonly prior: PriorDiscovery | undefined
  /** The capabilities of the one agent the connection is for; absent on a shared connection. */
  readonly askable?: JsonObject
}

/** Replaces the library's schema compiler: results are relayed, not judged, so it must never be reached. */
const NO_VALIDATION = {
  getValidator: (): never => {
    throw new Failure('internal', 'the upstream client validates no schemas')
  },
}

/** Opens a connection. Throws `upstream_unreachable`; a server that cannot be started counts as that. */
export async function openConnection(
  opening: Opening,
  parts: ConnectionParts,
): Promise<Connection> {
  try {
    return await attempt(opening, parts)
  } catch (error) {
    if (opening.prior !== undefined || !mayBeOld(opening.spec, error)) throw fromConnect(error)
  }
  try {
    return await attempt({ ...opening, prior: { kind: 'legacy' } }, parts)
  } catch (error) {
    throw fromConnect(error)
  }
}

/**
 * Servers of 2025 exist that do not turn the probe for 2026 away. Over HTTP they answer it with 500 (those on Hono's
 * transport, for one), which the library takes for an outage; a child ends, or refuses all that follows, because
 * nothing may come before `initialize`. Such a server is asked once in the old way, a child from its start.
 */
function mayBeOld({ transport }: UpstreamSpec, error: unknown): boolean {
  if (transport === 'stdio') return error instanceof SdkError || error instanceof ProtocolError
  return error instanceof SdkHttpError && (error.status ?? 0) >= 500
}

async function attempt(opening: Opening, parts: ConnectionParts): Promise<Connection> {
  const { spec, secret, prior, askable } = opening
  const client = new Client(GATEWAY_IMPLEMENTATION, {
    capabilities: askable ?? {},
    versionNegotiation: { mode: 'auto' },
    inputRequired: { autoFulfill: false },
    jsonSchemaValidator: NO_VALIDATION,
  })
  client.onerror = (error) => {
    parts.log.debug({ upstream: spec.id, error: error.name }, 'the upstream connection reported')
  }
  let isRedirected = false
  try {
    const onRedirect = () => {
      isRedirected = true
    }
    await client.connect(makeTransport(spec, secret, parts.limits, parts.log, onRedirect), {
      timeout: parts.limits.connectTimeoutMs,
      ...(prior === undefined ? {} : { prior }),
    })
  } catch (error) {
    await client.close().catch(() => {})
    throw error
  }
  return settled(client, opening, isRedirected, parts)
}

function settled(
  client: Client,
  opening: Opening,
  isRedirected: boolean,
  parts: ConnectionParts,
): Connection {
  const discover = client.getDiscoverResult()
  const connection: Connection = {
    client,
    era: client.getProtocolEra() ?? 'legacy',
    // Where a redirect leads is the library's to judge, so such a server has no short way.
    direct: isRedirected ? undefined : directFor(client, opening, parts),
    prior: discover === undefined ? { kind: 'legacy' } : { kind: 'modern', discover },
    inFlight: new Set(),
    isPrivate: opening.askable !== undefined,
    openedAtMs: parts.clock.nowMs(),
    lastUsedMs: parts.clock.nowMs(),
    isOpen: true,
    isRetired: false,
    logLevel: undefined,
  }
  client.onclose = () => {
    connection.isOpen = false
    connection.direct?.close()
    parts.onClosed()
  }
  client.fallbackNotificationHandler = async ({ method, params }) => {
    notice(connection, method, (params ?? {}) as JsonObject, parts)
  }
  client.fallbackRequestHandler = (request) => asked(connection, request, parts)
  return connection
}

function directFor(
  client: Client,
  { spec, secret }: Opening,
  { limits, onNotice }: ConnectionParts,
): Direct | undefined {
  const isModern = client.getNegotiatedProtocolVersion() === DIRECT_VERSION
  if (!isModern || spec.transport !== 'streamable-http') return undefined
  // Log messages belong to no call here, as on every shared connection.
  const onOwn = (method: string, params: JsonObject) => {
    if (method !== 'notifications/message') onNotice(method, params)
  }
  return openDirect({ url: spec.url, secret, limits, onNotice: onOwn })
}

function notice(
  connection: Connection,
  method: string,
  params: JsonObject,
  parts: ConnectionParts,
): void {
  if (method !== 'notifications/message') parts.onNotice(method, params)
  else if (connection.isPrivate) latest(connection)?.notify?.(method, params)
}

/** A request of the server goes to the agent whose connection this is, while a call of that agent is out. */
async function asked(
  connection: Connection,
  request: JSONRPCRequest,
  parts: ConnectionParts,
): Promise<JsonObject> {
  const isOpenQuestion = connection.isPrivate && parts.mayAsk(request.method)
  const ask = isOpenQuestion ? latest(connection)?.ask : undefined
  if (ask === undefined) {
    throw new ProtocolError(ProtocolErrorCode.MethodNotFound, 'no agent can be asked here')
  }
  return ask(request.method, (request.params ?? {}) as JsonObject)
}

function latest(connection: Connection): FrameBack | undefined {
  return [...connection.inFlight].at(-1)
}
