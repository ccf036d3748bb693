/** What happens at intervals and must not be forgotten by a restart, nor done by two nodes. */
import type { InstantMs } from './clock.ts'
import type { Tx } from './commit.ts'

export type Timetable = {
  /** 0 when it never happened. */
  readonly dueAt: (tenant: string, name: string) => Promise<InstantMs>
  /** From the instant that was read to the next. False, changing nothing, when another node was first. */
  readonly move: (tx: Tx, name: string, fromMs: InstantMs, dueAtMs: InstantMs) => Promise<boolean>
}
