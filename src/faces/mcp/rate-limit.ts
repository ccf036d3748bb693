/**
 * How fast one agent may ask. A bucket for each agent holds some seconds' worth of requests and fills at a steady
 * rate, so that a burst is served and a loop is slowed down. In memory and for this node: it protects the node, it is
 * no budget. What an agent may do at all is counted in the store.
 */

export type RequestRate = {
  /** Requests of one agent in a second, for as long as it likes. */
  readonly perSecond: number
  /** Requests it may make at once after a pause. */
  readonly burst: number
}

/** Twenty seconds' worth: an agent that starts its work asks for lists and many facts at once. */
const BURST_SECONDS = 20
/** Agents of a large installation; buckets that are full again say nothing and go first. */
const MAX_AGENTS = 10_000

export function rateOf(perSecond: number): RequestRate {
  return { perSecond, burst: perSecond * BURST_SECONDS }
}

type Bucket = { left: number; atMs: number }

export class RequestRates {
  private readonly rate: RequestRate
  private readonly buckets = new Map<string, Bucket>()

  constructor(rate: RequestRate) {
    this.rate = rate
  }

  /** Takes one request of the agent. Answers 0, or the milliseconds after which the next will be served. */
  take(agent: string, nowMs: number): number {
    const { perSecond, burst } = this.rate
    const bucket = this.bucketOf(agent, nowMs)
    const passedMs = Math.max(0, nowMs - bucket.atMs)
    bucket.left = Math.min(burst, bucket.left + (passedMs / 1_000) * perSecond)
    bucket.atMs = nowMs
    if (bucket.left < 1) return Math.ceil(((1 - bucket.left) / perSecond) * 1_000)
    bucket.left -= 1
    return 0
  }

  private bucketOf(agent: string, nowMs: number): Bucket {
    const known = this.buckets.get(agent)
    if (known !== undefined) return known
    if (this.buckets.size >= MAX_AGENTS) this.forgetOldest()
    const made = { left: this.rate.burst, atMs: nowMs }
    this.buckets.set(agent, made)
    return made
  }

  private forgetOldest(): void {
    const oldest = [...this.buckets].reduce((a, b) => (b[1].atMs < a[1].atMs ? b : a))
    this.buckets.delete(oldest[0])
  }
}
