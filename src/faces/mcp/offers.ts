/** What each tool server can do, as the face advertises it; asked again after a minute or a change. */
import type { Upstreams } from '../../enforcement/ports.ts'
import type { Clock } from '../../kernel/clock.ts'
import { isObject, type JsonObject, type JsonValue } from '../../kernel/strict-json.ts'

/** Capabilities the face can serve for an upstream. Others (tasks, extensions) are not relayed. */
const SERVED = ['tools', 'resources', 'prompts', 'completions', 'logging'] as const

/** A server that is away is asked again after this; meanwhile requests are not kept waiting. Milliseconds. */
const RETRY_MS = 5_000
/** What every server is taken to have while nothing better is known. */
const TOOLS_ONLY: JsonObject = { tools: { listChanged: true } }

type Known = { readonly untilMs: number; readonly capabilities: Promise<JsonObject> }

export class OfferCache {
  private readonly upstreams: Upstreams
  private readonly clock: Clock
  private readonly ttlMs: number
  private readonly known = new Map<string, Known>()
  private readonly last = new Map<string, JsonObject>()

  constructor(upstreams: Upstreams, clock: Clock, ttlMs: number) {
    this.upstreams = upstreams
    this.clock = clock
    this.ttlMs = ttlMs
  }

  /**
   * The capabilities of the server; while it cannot be reached, those it had last. Listing then still works
   * from the catalogue, and a call is still decided and recorded before it fails.
   */
  async capabilities(upstream: string): Promise<JsonObject> {
    const now = this.clock.nowMs()
    const known = this.known.get(upstream)
    if (known !== undefined && now < known.untilMs) return known.capabilities
    const capabilities = this.ask(upstream)
    this.known.set(upstream, { untilMs: now + this.ttlMs, capabilities })
    return capabilities
  }

  forget(upstream: string): void {
    this.known.delete(upstream)
  }

  private async ask(upstream: string): Promise<JsonObject> {
    try {
      const capabilities = served((await this.upstreams.offer(upstream)).capabilities)
      this.last.set(upstream, capabilities)
      return capabilities
    } catch {
      const capabilities = this.last.get(upstream) ?? TOOLS_ONLY
      const untilMs = this.clock.nowMs() + RETRY_MS
      this.known.set(upstream, { untilMs, capabilities: Promise.resolve(capabilities) })
      return capabilities
    }
  }
}

function served(capabilities: Readonly<Record<string, unknown>>): JsonObject {
  const some = SERVED.flatMap((name) => {
    const value = capabilities[name] as JsonValue | undefined
    return isObject(value) ? [[name, value] as const] : []
  })
  return Object.fromEntries(some)
}
