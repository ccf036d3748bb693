/** Where a call stands: what all its entries and records share. */
import type { Actor } from '../kernel/entry.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { TaskPlace } from './session.ts'
import type { CallLabel } from './what.ts'

/** What every entry of one call shares. */
export type CallPlace = {
  readonly session: TaskPlace
  readonly callId: string
  readonly label: CallLabel
  readonly upstream: string
  readonly arguments: JsonObject
  /** When the call came: its time to wait for people begins here. */
  readonly cameAtMs: number
  /** When it was looked at this time, which after a wait is later; the time of its entries. */
  readonly atMs: number
  /** The recommendation it carries out. */
  readonly recommendation?: string
  /** Set when a person or the gateway itself acts, as with an undo or a probe; else the agent of the session. */
  readonly actor?: Actor
}
