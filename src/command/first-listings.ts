/**
 * Right after a start nobody knows yet what the tool servers offer now. A call to one of them waits until that
 * one was asked, so that a definition that changed while the gateway was down is never called by its old review.
 */
import type { Enforce } from '../enforcement/intent.ts'

export type FirstListings = {
  /** Resolves when every tool server was asked once, reachable or not. */
  readonly all: Promise<void>
  readonly of: (upstream: string) => Promise<void>
  readonly done: (upstream: string) => void
}

export function createFirstListings(upstreams: readonly string[]): FirstListings {
  const waiting = new Map(upstreams.map((id) => [id, Promise.withResolvers<void>()]))
  return {
    all: Promise.all([...waiting.values()].map(({ promise }) => promise)).then(() => undefined),
    of: async (upstream) => waiting.get(upstream)?.promise,
    done: (upstream) => waiting.get(upstream)?.resolve(),
  }
}

export function afterListing(listings: FirstListings, enforce: Enforce): Enforce {
  return async (intent) => {
    await listings.of(intent.upstream)
    return enforce(intent)
  }
}
