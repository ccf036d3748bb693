/** What each tool server can do, as the face advertises it; asked again after a minute or a change. */
import type { Upstreams } from '../../enforcement/ports.ts'
import type { Clock } from '../../kernel/clock.ts'
import { isObject, type JsonObject, type JsonValue } from '../../kernel/strict-json.ts'

/** Capabilities the face can serve for an upstream. Others (tasks, extensions) are not relayed. */
const SERVED = ['tools', 'resources', 'prompts', 'completions', 'logging'] as const

export class OfferCache {
  private readonly upstreams: Upstreams
  private readonly clock: Clock
  private readonly ttlMs: number
  private readonly known = new Map<string, { at: number; capabilities: Promise<JsonObject> }>()

  constructor(upstreams: Upstreams, clock: Clock, ttlMs: number) {
    this.upstreams = upstreams
    this.clock = clock
    this.ttlMs = ttlMs
  }

  /** Throws `upstream_unknown` or `upstream_unreachable`. */
  async capabilities(upstream: string): Promise<JsonObject> {
    const now = this.clock.nowMs()
    const known = this.known.get(upstream)
    if (known !== undefined && now - known.at < this.ttlMs) return known.capabilities
    const capabilities = this.upstreams.offer(upstream).then((offer) => served(offer.capabilities))
    this.known.set(upstream, { at: now, capabilities })
    // A failure is not remembered: the next request tries again.
    capabilities.catch(() => this.known.delete(upstream))
    return capabilities
  }

  forget(upstream: string): void {
    this.known.delete(upstream)
  }
}

function served(capabilities: Readonly<Record<string, unknown>>): JsonObject {
  const some = SERVED.flatMap((name) => {
    const value = capabilities[name] as JsonValue | undefined
    return isObject(value) ? [[name, value] as const] : []
  })
  return Object.fromEntries(some)
}
