import type { Role } from '../identity/person.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Digest } from '../kernel/digest.ts'

/** A shift as another system tells it. People are known there by their e-mail address. */
export type FeedShift = {
  readonly role: Role
  /** Lower case. */
  readonly email: string
  readonly fromMs: InstantMs
  /** Exclusive. */
  readonly toMs: InstantMs
  readonly precedence: number
}

export type Rota = {
  readonly shifts: readonly FeedShift[]
  /** Of what the other system said; equal digests mean an equal rota for the same span. */
  readonly digest: Digest
  readonly fetchedAtMs: InstantMs
}

/**
 * A rota kept elsewhere. `fetch` answers every shift that shares an instant with the span, whole, or throws:
 * `roster_unreachable` (not there, refused us, or busy; it has retried what may be retried) or
 * `roster_unreadable` (what it said cannot be taken at its word; never a part of it). Reading changes nothing.
 */
export type RosterSource = {
  /** `[a-z0-9-]{1,20}`; its shifts carry the source `feed:<id>`. */
  readonly id: string
  readonly fetch: (fromMs: InstantMs, toMs: InstantMs, signal: AbortSignal) => Promise<Rota>
}
