/**
 * Which protocol era each tool server was found to speak, so that a further connection need not ask again. A
 * wrong "2026" fails at the first request and is forgotten then; a wrong "2025" would work for ever, because
 * an upgraded server still answers the old handshake, so it expires.
 */
import type { PriorDiscovery } from '@modelcontextprotocol/client'
import type { Clock } from '../kernel/clock.ts'

export class EraVerdicts {
  private readonly clock: Clock
  private readonly legacyMs: number
  private readonly known = new Map<
    string,
    { readonly prior: PriorDiscovery; readonly atMs: number }
  >()

  constructor(clock: Clock, legacyMs: number) {
    this.clock = clock
    this.legacyMs = legacyMs
  }

  /** The verdict under this key, unless it is a legacy one past its time. */
  get(key: string): PriorDiscovery | undefined {
    const known = this.known.get(key)
    if (known === undefined) return undefined
    const isOld = this.clock.nowMs() - known.atMs > this.legacyMs
    return known.prior.kind === 'legacy' && isOld ? undefined : known.prior
  }

  /** Keeps a verdict. The age of a legacy one counts from when it was found, not from its last use. */
  keep(key: string, prior: PriorDiscovery): void {
    if (prior.kind === 'legacy' && this.get(key)?.kind === 'legacy') return
    this.known.set(key, { prior, atMs: this.clock.nowMs() })
  }

  forget(key: string): void {
    this.known.delete(key)
  }
}
