/**
 * Right after a start, and after a tool server went away or said that something changed, nobody knows what it
 * offers now. A call to it waits until it was asked, so that a definition that changed meanwhile is never called
 * by its old review.
 */
import type { Enforce } from '../enforcement/intent.ts'

export type FirstListings = {
  /** Resolves when every tool server was asked once, reachable or not. */
  readonly all: Promise<void>
  readonly of: (upstream: string) => Promise<void>
  readonly done: (upstream: string) => void
  /** From now on calls to this one wait for the next listing, which the caller starts. */
  readonly again: (upstream: string) => void
}

export function createFirstListings(upstreams: readonly string[]): FirstListings {
  const waiting = new Map(upstreams.map((id) => [id, Promise.withResolvers<void>()]))
  return {
    all: Promise.all([...waiting.values()].map(({ promise }) => promise)).then(() => undefined),
    of: async (upstream) => waiting.get(upstream)?.promise,
    done: (upstream) => waiting.get(upstream)?.resolve(),
    again: (upstream) => {
      const before = waiting.get(upstream)
      if (before === undefined) return
      const next = Promise.withResolvers<void>()
      waiting.set(upstream, next)
      // Who waits for the listing before this one waits for this one too.
      next.promise.then(before.resolve)
    },
  }
}

export function afterListing(listings: FirstListings, enforce: Enforce): Enforce {
  return async (intent) => {
    await listings.of(intent.upstream)
    return enforce(intent)
  }
}
