/** Where a call stands: what all its entries and records share. */
import type { Actor } from '../kernel/entry.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { TaskSession } from './session.ts'
import type { CallLabel } from './what.ts'

/** What every entry of one call shares. */
export type CallPlace = {
  readonly session: TaskSession
  readonly callId: string
  readonly label: CallLabel
  readonly upstream: string
  readonly arguments: JsonObject
  readonly atMs: number
  /** Set when the gateway itself acts, as with an effect probe; else the agent of the session. */
  readonly actor?: Actor
}
