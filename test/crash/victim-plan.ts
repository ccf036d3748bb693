/** What a lane tells the gateway it is about to kill, and what that gateway says back. */
import type { Config } from '../../src/config.ts'
import type { ConfigFile } from '../../src/contract/config-file.ts'

/** Where the gateway ends itself: at the n-th passing of a label, counted anew in each phase. */
export type Strike = {
  /** `start` until the gateway is ready, `serve` from then on. */
  readonly phase: 'start' | 'serve'
  readonly label: string
  /** 1 is the first passing. */
  readonly passing: number
  /** Not at the point itself but this long after it, while the next step is under way. */
  readonly afterMs?: number
}

export type VictimPlan = {
  readonly config: Config
  /** Beside those of `config`, with whole names of their secret files. */
  readonly brokers?: ConfigFile['brokers']
  /** A folder for what is signed for hosts, by whose clock it is dated (host-time.ts). */
  readonly certificates?: string
  readonly strike?: Strike
  /** Its clock is ahead of the machine's by this, so that nobody has to wait for what time brings. */
  readonly aheadMs?: number
}

/** Over IPC. */
export type VictimSays =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'armed' | 'swept' | 'given back' }
  | { readonly kind: 'passed'; readonly counts: Readonly<Record<string, number>> }
  /** Something the gateway itself calls an error; nothing here may cause one. */
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string }

/** A strike is armed from now on, counted anew; `sweep` turns its clock by a minute and does what is due then;
 * `give back` is answered once nothing is borrowed any more. */
export type VictimHears = 'count' | 'give back' | 'close' | 'sweep' | Strike

/** Longer than a lease may live after a restart, and than the first look at an effect nobody knows is away. */
export const LATER_MS = 61_000

/** Written to standard output in the moment of the strike: any other end is not the planned one. */
export const STRUCK = 'struck'

/** Not a point of the product: the next write to a file of its own stops half-way. */
export const TORN_WRITE = 'torn write'
