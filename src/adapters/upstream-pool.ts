/**
 * Which connection a call uses. Shared per (upstream, credential); one per agent session where a legacy
 * server may ask that agent something. A connection that died is opened again at the next use, after a pause
 * that doubles with each failure, so a server that crashes at start cannot keep the machine busy.
 */
import type { PriorDiscovery } from '@modelcontextprotocol/client'
import type { Clock } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import type { Log } from '../kernel/log.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { LeaseSecret } from '../lease/placement.ts'
import { type Connection, openConnection } from './upstream-connection.ts'
import { mayAsk } from './upstream-frame.ts'
import { afterLoss, backOff, emptySlot, type Slot } from './upstream-slot.ts'
import type { UpstreamLimits, UpstreamSpec } from './upstream-spec.ts'
import { identityOf } from './upstream-transport.ts'
import { EraVerdicts } from './upstream-verdicts.ts'

export type PoolParts = {
  readonly limits: UpstreamLimits
  readonly clock: Clock
  readonly log: Log
  readonly onNotice: (upstream: string, method: string, params: JsonObject) => void
  readonly onLost: (upstream: string) => void
}

/** An agent session that may be asked, with what it can do. */
export type AskSession = { readonly id: string; readonly askable: JsonObject }

export class UpstreamPool {
  private readonly parts: PoolParts
  private readonly slots = new Map<string, Slot>()
  private readonly verdicts: EraVerdicts
  private isClosed = false

  constructor(parts: PoolParts) {
    this.parts = parts
    this.verdicts = new EraVerdicts(parts.clock, parts.limits.legacyVerdictMs)
  }

  /** A live connection. Throws `upstream_unreachable`. */
  async acquire(
    spec: UpstreamSpec,
    secret: LeaseSecret | undefined,
    use: 'home' | 'call' | AskSession,
  ): Promise<Connection> {
    if (this.isClosed) throw new Failure('upstream_unreachable', 'the gateway is shutting down')
    this.closeIdle()
    const session = typeof use === 'object' ? use : undefined
    const identity = identityOf(secret)
    const key = JSON.stringify([spec.id, identity, session?.id ?? ''])
    const slot = this.slots.get(key) ?? this.addSlot(key, spec, identity, session !== undefined)
    if (use === 'home') slot.isHome = true
    if (slot.live !== undefined && this.isOutdated(slot.live, spec, secret)) this.retire(slot.live)
    const connection = await this.opening(slot, secret, session)
    connection.lastUsedMs = this.parts.clock.nowMs()
    return connection
  }

  /** What negotiation found for this credential, unless it is too old to rely on. */
  verdict(spec: UpstreamSpec, secret: LeaseSecret | undefined): PriorDiscovery | undefined {
    return this.verdicts.get(verdictKey(spec, secret))
  }

  /**
   * The server turned a request away, so what we think of it is wrong: it was restarted and has lost our
   * session, or it speaks another era now. The next use connects and negotiates anew.
   */
  distrust(spec: UpstreamSpec, secret: LeaseSecret | undefined, connection: Connection): void {
    this.verdicts.forget(verdictKey(spec, secret))
    if (this.retire(connection)) this.parts.onLost(spec.id)
  }

  /** Closes what was opened under this credential, and forgets it. */
  shut(spec: UpstreamSpec, secret: LeaseSecret): void {
    for (const [key, slot] of this.slots) {
      if (slot.spec.id !== spec.id || slot.identity !== identityOf(secret)) continue
      this.slots.delete(key)
      const { open } = slot
      slot.live = undefined
      void open?.then(({ client }) => client.close()).catch(() => {})
    }
  }

  async close(): Promise<void> {
    this.isClosed = true
    const opening = [...this.slots.values()].map((slot) => slot.open)
    this.slots.clear()
    await Promise.all(
      opening.map(async (open) => {
        const connection = await open?.catch(() => undefined)
        await connection?.client.close().catch(() => {})
      }),
    )
  }

  private addSlot(key: string, spec: UpstreamSpec, identity: string, isPrivate: boolean): Slot {
    if (isPrivate) this.makeRoom(spec.id)
    const slot = emptySlot(spec, identity, isPrivate)
    this.slots.set(key, slot)
    return slot
  }

  /** A session that is gone, or a long-lived one with a server that may have been upgraded since. */
  private isOutdated(
    live: Connection,
    spec: UpstreamSpec,
    secret: LeaseSecret | undefined,
  ): boolean {
    if (!live.isOpen) return true
    const isOldVerdict = live.era === 'legacy' && this.verdict(spec, secret) === undefined
    return isOldVerdict && spec.transport === 'streamable-http'
  }

  /**
   * Takes a connection out of use. Calls that are out on it come home first, then it closes. True when it was
   * the one that carries change notices.
   */
  private retire(connection: Connection): boolean {
    const slot = [...this.slots.values()].find(({ live }) => live === connection)
    if (slot === undefined) return false
    slot.live = undefined
    slot.open = undefined
    connection.isRetired = true
    if (connection.inFlight.size === 0) connection.client.close().catch(() => {})
    return slot.isHome
  }

  /** The one attempt that all who want this connection now share; a failed one is not kept. */
  private async opening(
    slot: Slot,
    secret: LeaseSecret | undefined,
    session: AskSession | undefined,
  ): Promise<Connection> {
    const open = slot.open ?? this.start(slot, secret, session)
    slot.open = open
    try {
      return await open
    } catch (error) {
      if (slot.open === open) slot.open = undefined
      // A private place is only worth keeping while its connection lives; the shared one remembers failures.
      if (slot.isPrivate) this.vacate(slot)
      throw error
    }
  }

  private async start(
    slot: Slot,
    secret: LeaseSecret | undefined,
    session: AskSession | undefined,
  ): Promise<Connection> {
    const { clock, limits } = this.parts
    const { spec } = slot
    try {
      if (clock.nowMs() < slot.notBeforeMs) {
        throw new Failure('upstream_unreachable', 'the tool server failed a moment ago')
      }
      const connection = await openConnection(
        {
          spec,
          secret,
          prior: this.verdict(spec, secret),
          ...(session === undefined ? {} : { askable: session.askable }),
        },
        {
          ...this.parts,
          onNotice: (method, params) => {
            if (slot.isHome) this.parts.onNotice(spec.id, method, params)
          },
          mayAsk: (method) => mayAsk(spec, method),
          onClosed: () => this.lost(slot),
        },
      )
      slot.live = connection
      this.verdicts.keep(verdictKey(spec, secret), connection.prior)
      return connection
    } catch (error) {
      if (clock.nowMs() >= slot.notBeforeMs) backOff(slot, clock.nowMs(), limits.maxBackoffMs)
      throw error
    }
  }

  private lost(slot: Slot): void {
    // Nothing to do for one we closed ourselves, or one that closed before it was ever used.
    if (slot.live === undefined || this.isClosed) return
    afterLoss(slot, this.parts.clock.nowMs(), this.parts.limits.maxBackoffMs)
    slot.live = undefined
    slot.open = undefined
    this.parts.log.warn({ upstream: slot.spec.id }, 'the connection to a tool server was lost')
    if (slot.isHome) this.parts.onLost(slot.spec.id)
    if (slot.isPrivate) this.vacate(slot)
  }

  private vacate(slot: Slot): void {
    for (const [key, each] of this.slots) if (each === slot) this.slots.delete(key)
  }

  /** Closes the private connection that was idle longest when a session needs the last place. */
  private makeRoom(upstream: string): void {
    const own = [...this.slots].filter(([, slot]) => slot.isPrivate && slot.spec.id === upstream)
    if (own.length < this.parts.limits.maxPrivateConnections) return
    const idle = own
      .filter(([, slot]) => slot.live !== undefined && slot.live.inFlight.size === 0)
      .sort(([, a], [, b]) => (a.live?.lastUsedMs ?? 0) - (b.live?.lastUsedMs ?? 0))
    const oldest = idle[0]
    if (oldest === undefined) {
      throw new Failure('upstream_unreachable', 'too many agent sessions use this tool server')
    }
    this.drop(oldest[0])
  }

  private closeIdle(): void {
    const before = this.parts.clock.nowMs() - this.parts.limits.idleMs
    for (const [key, slot] of this.slots) {
      const { live, isHome } = slot
      if (!isHome && live?.inFlight.size === 0 && live.lastUsedMs < before) this.drop(key)
    }
  }

  private drop(key: string): void {
    const slot = this.slots.get(key)
    this.slots.delete(key)
    const live = slot?.live
    if (slot !== undefined) slot.live = undefined
    live?.client.close().catch(() => {})
  }
}

/**
 * A program speaks the same to whoever starts it; behind an address each credential may lead to another server. One
 * lease is like the next of its kind, so the server is not asked for its era at each call.
 */
function verdictKey(spec: UpstreamSpec, secret: LeaseSecret | undefined): string {
  if (spec.transport === 'stdio') return spec.id
  return JSON.stringify([spec.id, secret?.lease === undefined ? identityOf(secret) : 'borrowed'])
}
