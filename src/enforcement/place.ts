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
  readonly atMs: number
  /** The recommendation it carries out. */
  readonly recommendation?: string
  /** Set when a person or the gateway itself acts, as with an undo or a probe; else the agent of the session. */
  readonly actor?: Actor
}
