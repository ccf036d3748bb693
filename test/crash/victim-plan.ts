/** What a lane tells the gateway it is about to kill, and what that gateway says back. */
import type { Config } from '../../src/config.ts'

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
  readonly strike?: Strike
}

/** Over IPC. */
export type VictimSays =
  | { readonly kind: 'ready'; readonly port: number }
  | { readonly kind: 'passed'; readonly counts: Readonly<Record<string, number>> }
  /** Something the gateway itself calls an error; nothing here may cause one. */
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'refused'; readonly code: string; readonly detail: string }

export type VictimHears = 'count' | 'close'

/** Written to standard output in the moment of the strike: any other end is not the planned one. */
export const STRUCK = 'struck'

/** Not a point of the product: the next write to a file of its own stops half-way. */
export const TORN_WRITE = 'torn write'
