/** Who is on duty for which role, when, and from which source we know it. */

import type { Role } from '../identity/person.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'

export type Shift = {
  readonly tenant: string
  readonly id: string
  readonly role: Role
  readonly person: string
  readonly fromMs: InstantMs
  /** Exclusive. */
  readonly toMs: InstantMs
  /** 0 is primary, 1 the first backup; overlaps resolve by the smaller number, then the earlier start. */
  readonly precedence: number
  readonly source: string
}

export type RosterStore = {
  /** Shifts of any role that cover the instant, in order of precedence. */
  readonly onDuty: (tenant: string, atMs: InstantMs) => Promise<readonly Shift[]>
  readonly put: (tx: Tx, shift: Shift) => Promise<void>
}
