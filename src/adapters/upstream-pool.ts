/**
 * Which connection a call uses. Shared per (upstream, credential); one per agent session where a legacy
 * server may ask that agent something. A connection that died is opened again at the next use, after a pause
 * that doubles with each failure, so a server that crashes at start cannot keep the machine busy.
 */
import type { PriorDiscovery } from '@modelcontextprotocol/client'
import type { LeaseSecret } from '../enforcement/upstream.ts'
import type { Clock } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import type { Log } from '../kernel/log.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { type Connection, openConnection } from './upstream-connection.ts'
import { mayAsk } from './upstream-frame.ts'
import type { UpstreamLimits, UpstreamSpec } from './upstream-spec.ts'
import { identityOf } from './upstream-transport.ts'

/** The first pause after a failure; real servers start in about a second. Milliseconds. */
const FIRST_BACKOFF_MS = 250
/** A connection that lived this long did not fail at start. Milliseconds. */
const STABLE_MS = 10_000

export type PoolParts = {
  readonly limits: UpstreamLimits
  readonly clock: Clock
  readonly log: Log
  readonly onNotice: (upstream: string, method: string, params: JsonObject) => void
  readonly onLost: (upstream: string) => void
}

/** An agent session that may be asked, with what it can do. */
export type AskSession = { readonly id: string; readonly askable: JsonObject }

type Slot = {
  readonly spec: UpstreamSpec
  readonly isPrivate: boolean
  /** Carries the change notices of its upstream, so it is never idle. */
  isHome: boolean
  open: Promise<Connection> | undefined
  live: Connection | undefined
  failures: number
  notBeforeMs: number
}

export class UpstreamPool {
  private readonly parts: PoolParts
  private readonly slots = new Map<string, Slot>()
  /** Era verdicts by upstream and credential. */
  private readonly verdicts = new Map<string, { prior: PriorDiscovery; atMs: number }>()
  private isClosed = false

  constructor(parts: PoolParts) {
    this.parts = parts
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
    const key = JSON.stringify([spec.id, identityOf(secret), session?.id ?? ''])
    const slot = this.slots.get(key) ?? this.addSlot(key, spec, session !== undefined)
    if (use === 'home') slot.isHome = true
    if (slot.live?.isOpen === false) slot.open = undefined
    const connection = await this.opening(slot, secret, session)
    connection.lastUsedMs = this.parts.clock.nowMs()
    return connection
  }

  /** What negotiation found for this credential, unless it is a legacy verdict past its time. */
  verdict(spec: UpstreamSpec, secret: LeaseSecret | undefined): PriorDiscovery | undefined {
    const key = JSON.stringify([spec.id, identityOf(secret)])
    const known = this.verdicts.get(key)
    if (known === undefined) return undefined
    const ageMs = this.parts.clock.nowMs() - known.atMs
    if (known.prior.kind === 'legacy' && ageMs > this.parts.limits.legacyVerdictMs) {
      this.verdicts.delete(key)
      return undefined
    }
    return known.prior
  }

  /** Forgets a verdict that turned out wrong, so that the next connection negotiates. */
  forget(spec: UpstreamSpec, secret: LeaseSecret | undefined): void {
    this.verdicts.delete(JSON.stringify([spec.id, identityOf(secret)]))
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

  private addSlot(key: string, spec: UpstreamSpec, isPrivate: boolean): Slot {
    if (isPrivate) this.makeRoom(spec.id)
    const slot: Slot = {
      spec,
      isPrivate,
      isHome: false,
      open: undefined,
      live: undefined,
      failures: 0,
      notBeforeMs: 0,
    }
    this.slots.set(key, slot)
    return slot
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
      this.remember(spec, secret, connection.prior)
      return connection
    } catch (error) {
      if (clock.nowMs() >= slot.notBeforeMs) this.backOff(slot, limits.maxBackoffMs)
      throw error
    }
  }

  private remember(
    spec: UpstreamSpec,
    secret: LeaseSecret | undefined,
    prior: PriorDiscovery,
  ): void {
    const key = JSON.stringify([spec.id, identityOf(secret)])
    // The age of a legacy verdict counts from when it was found, not from its last use.
    if (this.verdicts.get(key)?.prior.kind === prior.kind && prior.kind === 'legacy') return
    this.verdicts.set(key, { prior, atMs: this.parts.clock.nowMs() })
  }

  private lost(slot: Slot): void {
    // Nothing to do for one we closed ourselves, or one that closed before it was ever used.
    if (slot.live === undefined || this.isClosed) return
    const nowMs = this.parts.clock.nowMs()
    if (nowMs - slot.live.openedAtMs > STABLE_MS) slot.failures = 0
    else this.backOff(slot, this.parts.limits.maxBackoffMs)
    slot.live = undefined
    slot.open = undefined
    this.parts.log.warn({ upstream: slot.spec.id }, 'the connection to a tool server was lost')
    if (slot.isHome) this.parts.onLost(slot.spec.id)
  }

  private backOff(slot: Slot, maxMs: number): void {
    // The first failure is retried at once: most are a restart.
    const pauseMs = slot.failures === 0 ? 0 : FIRST_BACKOFF_MS * 2 ** (slot.failures - 1)
    slot.failures++
    slot.notBeforeMs = this.parts.clock.nowMs() + Math.min(pauseMs, maxMs)
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
