/**
 * What tool servers say about their own changes: lists that changed, resources that were updated. One
 * subscription per server, however many agents listen; it is taken up again when the connection was lost.
 */
import type { McpSubscription } from '@modelcontextprotocol/client'
import type { Log } from '../kernel/log.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { Connection } from './upstream-connection.ts'
import { sendPlain } from './upstream-request.ts'
import type { UpstreamLimits } from './upstream-spec.ts'

type Listener = (upstream: string, method: string, params: JsonObject) => void

type Watch = {
  /** How many agents watch each resource. */
  readonly uris: Map<string, number>
  /** The open `subscriptions/listen` of a 2026 server. */
  listening: McpSubscription | undefined
  /** Changes of the subscription run one after the other. */
  turn: Promise<void>
  failures: number
}

export type ChangesParts = {
  readonly home: (upstream: string) => Promise<Connection>
  readonly limits: UpstreamLimits
  readonly log: Log
}

/** The first pause before a lost subscription is taken up again; doubled with each failure. Milliseconds. */
const FIRST_PAUSE_MS = 500

export class UpstreamChanges {
  private readonly parts: ChangesParts
  private readonly listeners = new Set<Listener>()
  private readonly watches = new Map<string, Watch>()
  private isClosed = false

  constructor(parts: ChangesParts) {
    this.parts = parts
  }

  onChange(listener: Listener): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** A notification came in on the connection of this server that carries changes. */
  tell(upstream: string, method: string, params: JsonObject): void {
    for (const listener of this.listeners) listener(upstream, method, params)
  }

  /** Listens on a connection that was just made. Resource updates that are watched are asked for again. */
  async join(upstream: string, connection: Connection): Promise<void> {
    await this.inTurn(upstream, (watch) => this.sync(upstream, watch, connection))
  }

  /** Watches a resource for one more agent. Throws what the server answers. */
  async watch(upstream: string, uri: string): Promise<void> {
    const connection = await this.parts.home(upstream)
    await this.inTurn(upstream, async (watch) => {
      const before = watch.uris.get(uri) ?? 0
      watch.uris.set(uri, before + 1)
      if (before > 0) return
      try {
        await this.subscribe(upstream, watch, connection, 'resources/subscribe', uri)
      } catch (error) {
        watch.uris.delete(uri)
        throw error
      }
    })
  }

  /** One agent fewer watches. Throws what the server answers. */
  async unwatch(upstream: string, uri: string): Promise<void> {
    const connection = await this.parts.home(upstream)
    await this.inTurn(upstream, async (watch) => {
      const before = watch.uris.get(uri) ?? 0
      if (before > 1) watch.uris.set(uri, before - 1)
      else watch.uris.delete(uri)
      if (before === 1) {
        await this.subscribe(upstream, watch, connection, 'resources/unsubscribe', uri)
      }
    })
  }

  /** The connection that carried the changes is gone. It is made again while anybody listens. */
  lost(upstream: string): void {
    if (this.isClosed) return
    // Whoever answers next may be another version of the server: what it offers is asked again.
    this.tell(upstream, 'notifications/tools/list_changed', {})
    const watch = this.watches.get(upstream)
    if (watch === undefined || this.listeners.size === 0) return
    watch.listening = undefined
    const pauseMs = Math.min(FIRST_PAUSE_MS * 2 ** watch.failures, this.parts.limits.maxBackoffMs)
    watch.failures++
    setTimeout(() => {
      if (this.isClosed) return
      this.parts
        .home(upstream)
        .then((connection) => this.join(upstream, connection))
        .then(() => {
          watch.failures = 0
        })
        .catch(() => this.lost(upstream))
    }, pauseMs).unref()
  }

  close(): void {
    this.isClosed = true
    this.listeners.clear()
  }

  private async subscribe(
    upstream: string,
    watch: Watch,
    connection: Connection,
    method: 'resources/subscribe' | 'resources/unsubscribe',
    uri: string,
  ): Promise<void> {
    if (connection.era === 'modern') return this.sync(upstream, watch, connection)
    await sendPlain(connection.client, method, { uri }, this.parts.limits.inheritTimeoutMs)
  }

  /** Brings the server's idea of what we listen to in line with ours. */
  private async sync(upstream: string, watch: Watch, connection: Connection): Promise<void> {
    const { client, era } = connection
    if (era === 'legacy') {
      for (const uri of watch.uris.keys()) {
        await sendPlain(client, 'resources/subscribe', { uri }, this.parts.limits.inheritTimeoutMs)
      }
      return
    }
    const can = client.getServerCapabilities()
    const filter = {
      ...(can?.tools?.listChanged === true ? { toolsListChanged: true } : {}),
      ...(can?.prompts?.listChanged === true ? { promptsListChanged: true } : {}),
      ...(can?.resources?.listChanged === true ? { resourcesListChanged: true } : {}),
      ...(watch.uris.size > 0 ? { resourceSubscriptions: [...watch.uris.keys()] } : {}),
    }
    const former = watch.listening
    watch.listening = undefined
    if (Object.keys(filter).length > 0) {
      const listening = await client.listen(filter, { timeout: this.parts.limits.inheritTimeoutMs })
      watch.listening = listening
      void listening.closed.then((why) => {
        if (why !== 'local' && watch.listening === listening) this.lost(upstream)
      })
    }
    await former?.close()
  }

  private async inTurn(upstream: string, work: (watch: Watch) => Promise<void>): Promise<void> {
    const watch = this.watches.get(upstream) ?? {
      uris: new Map(),
      listening: undefined,
      turn: Promise.resolve(),
      failures: 0,
    }
    this.watches.set(upstream, watch)
    const mine = watch.turn.then(() => work(watch))
    watch.turn = mine.catch(() => {})
    await mine
  }
}
