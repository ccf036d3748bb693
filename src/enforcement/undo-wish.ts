/** What an undo is asked for and how it ends. */
import type { MayLift } from '../approval/lifting.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Actor, Payload } from '../kernel/entry.ts'
import type { Outcome } from './call.ts'
import type { EffectRecord } from './effect-record.ts'
import type { UndoPlan } from './record-effect.ts'

export type UndoWish = {
  readonly record: EffectRecord
  readonly plan: UndoPlan
  readonly actor: Actor
  /** Why it may be lifted; a label of `undo.started`. */
  readonly by: Extract<MayLift, { may: true }>['by'] | 'end-of-containment' | 'compensation'
  /** Digest of what exactly is done, as the person saw it. */
  readonly statement: Digest
  readonly payloads?: Readonly<Record<string, Payload>>
}

export type UndoEnd =
  | { readonly kind: 'lifted' | 'failed'; readonly call: string; readonly outcome: Outcome }
  /** Nothing was sent: the target, or an earlier attempt, had lifted it. */
  | { readonly kind: 'already' }
