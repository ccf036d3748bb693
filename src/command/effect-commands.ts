/** What people do about effects, bound to the spine for the faces. */
import type { Spine } from '../enforcement/spine.ts'
import { type ContainmentCommands, makeContainmentCommands } from './containments.ts'
import { makeUndoCommands, type UndoCommands } from './undo-call.ts'

export type EffectCommands = {
  readonly undos: UndoCommands
  readonly containments: ContainmentCommands
}

export function makeEffectCommands(spine: Spine): EffectCommands {
  return { undos: makeUndoCommands(spine), containments: makeContainmentCommands(spine) }
}
