/**
 * Tool servers over MCP, in both protocol eras: the way out of every governed call (`exchange`), and what
 * faces and the catalogue need beside it. No type of the client library leaves this group of files.
 */
import type { UpstreamOffer } from '../catalogue/ports.ts'
import type { InheritedMethod, LocalCredentials, Upstreams } from '../enforcement/ports.ts'
import type { Exchange, Reach } from '../enforcement/upstream.ts'
import type { Clock } from '../kernel/clock.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { Log } from '../kernel/log.ts'
import { isObject, type JsonObject } from '../kernel/strict-json.ts'
import { UpstreamError } from '../kernel/upstream-error.ts'
import { UpstreamChanges } from './upstream-changes.ts'
import type { Connection } from './upstream-connection.ts'
import {
  hidingCredential,
  offerWithoutCredential,
  withoutCredential,
} from './upstream-credential.ts'
import { makeExchange } from './upstream-exchange.ts'
import { withoutServerInfo } from './upstream-frame.ts'
import { readOffer } from './upstream-offer.ts'
import { type Declared, declaredHeaders, paramHeaders } from './upstream-param-headers.ts'
import { plainObject } from './upstream-plain-json.ts'
import { UpstreamPool } from './upstream-pool.ts'
import { sendPlain } from './upstream-request.ts'
import { UPSTREAM_LIMITS, type UpstreamLimits, type UpstreamSpec } from './upstream-spec.ts'

/** A server that takes longer to say what it offers is not one to send an approved call to. */
const REACH_TIMEOUT_MS = 5_000

export type ConnectUpstreams = {
  readonly upstreams: readonly UpstreamSpec[]
  readonly clock: Clock
  readonly log: Log
  /** For what is no call: connecting, listing, completions. Calls bring the secret of their lease. */
  readonly credentials: LocalCredentials
  readonly limits?: Partial<UpstreamLimits>
}

export type ConnectedUpstreams = Upstreams & {
  readonly exchange: Exchange
  readonly reach: Reach
  readonly close: () => Promise<void>
}

/** Connects on first use. `close` ends every connection and child process. */
export function connectUpstreams(given: ConnectUpstreams): ConnectedUpstreams {
  const { clock, log, credentials } = given
  const limits = { ...UPSTREAM_LIMITS, ...given.limits }
  const specs = new Map(given.upstreams.map((spec) => [spec.id, spec]))
  const headers = new Map<string, ReadonlyMap<string, readonly Declared[]>>()
  const pool = new UpstreamPool({
    limits,
    clock,
    log,
    onNotice: (upstream, method, params) => changes.tell(upstream, method, params),
    onLost: (upstream) => changes.lost(upstream),
  })
  const homes = new WeakSet<Connection>()
  const home = async (upstream: string): Promise<Connection> => {
    const spec = specs.get(upstream)
    if (spec === undefined) {
      throw new Failure('upstream_unknown', 'no tool server of this name is configured')
    }
    const connection = await pool.acquire(spec, credentials(upstream), 'home')
    if (!homes.has(connection)) {
      homes.add(connection)
      // A server that refuses to say what changes still does its work; agents then list again by themselves.
      changes.join(upstream, connection).catch(() => {
        log.warn({ upstream }, 'the tool server does not report its changes')
      })
    }
    return connection
  }
  /** Work over the connection that no agent's call uses; one that a server turned away is made anew. */
  const atHome: AtHome = async (upstream, work) => {
    const connection = await home(upstream)
    try {
      return await work(connection)
    } catch (error) {
      const spec = specs.get(upstream)
      if (spec !== undefined && codeOf(error) === 'upstream_unreachable') {
        pool.distrust(spec, credentials(upstream), connection)
      }
      throw error
    }
  }
  const changes = new UpstreamChanges({ home, limits, log })
  return {
    ids: () => [...specs.keys()],
    offer: async (upstream) => {
      const read = await atHome(upstream, (connection) => readOffer(upstream, connection, limits))
      const offer = offerWithoutCredential(read, credentials(upstream))
      headers.set(upstream, headersOf(offer))
      return offer
    },
    inherit: async (upstream, method, params) =>
      withoutCredential(
        await inherit({ atHome, changes, limits }, upstream, method, params),
        credentials(upstream),
      ),
    onChange: (listener) => changes.onChange(listener),
    exchange: hidingCredential(
      makeExchange({
        specs,
        pool,
        limits,
        log,
        paramHeaders: (upstream, tool, params) =>
          paramHeaders(headers.get(upstream)?.get(tool) ?? [], params.arguments),
      }),
    ),
    reach: makeReach(specs, atHome),
    close: async () => {
      changes.close()
      await pool.close()
    },
  }
}

type AtHome = <T>(upstream: string, work: (connection: Connection) => Promise<T>) => Promise<T>

/** A process that runs is there. Over HTTP only an answer says so, were it one that the server refuses. */
function makeReach(specs: ReadonlyMap<string, UpstreamSpec>, atHome: AtHome): Reach {
  return async (upstream) => {
    try {
      await atHome(upstream, async ({ client }) => {
        if (specs.get(upstream)?.transport === 'stdio') return
        await sendPlain(client, 'tools/list', {}, REACH_TIMEOUT_MS)
      })
    } catch (error) {
      if (error instanceof UpstreamError) return
      const why = 'the tool server does not answer; nothing was sent and no approval used'
      throw new Failure('upstream_unreachable', why, { cause: error })
    }
  }
}

type InheritParts = {
  readonly atHome: AtHome
  readonly changes: UpstreamChanges
  readonly limits: UpstreamLimits
}

async function inherit(
  parts: InheritParts,
  upstream: string,
  method: InheritedMethod,
  params: JsonObject,
): Promise<JsonObject> {
  switch (method) {
    case 'resources/subscribe':
      await parts.changes.watch(upstream, uriOf(params))
      return {}
    case 'resources/unsubscribe':
      await parts.changes.unwatch(upstream, uriOf(params))
      return {}
    case 'logging/setLevel':
      // The level belongs to one agent, this connection to all. It travels with each call instead.
      return {}
    default: {
      const raw = await parts.atHome(upstream, ({ client }) =>
        sendPlain(client, method, params, parts.limits.inheritTimeoutMs),
      )
      const { maxResultBytes: maxBytes, maxResultDepth: maxDepth } = parts.limits
      return withoutServerInfo(plainObject(raw, { maxBytes, maxDepth }))
    }
  }
}

function uriOf(params: JsonObject): string {
  if (typeof params.uri !== 'string') throw new Failure('arguments_invalid', 'a uri is needed')
  return params.uri
}

function headersOf(offer: UpstreamOffer): ReadonlyMap<string, readonly Declared[]> {
  return new Map(
    offer.definitions.flatMap(({ kind, definition }) => {
      const schema = definition.inputSchema
      const declared = kind === 'tool' && isObject(schema) ? declaredHeaders(schema) : []
      return declared.length === 0 ? [] : [[definition.name, declared] as const]
    }),
  )
}
