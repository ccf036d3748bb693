/** What a dispatch leaves to be taken back, ended or followed up, in the same commit. */
import type { ClassifiedCall } from '../catalogue/tool.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EffectRecord } from './effect-record.ts'
import { FOLLOW_UP_AFTER_MS } from './follow-up.ts'
import type { CallPlace } from './place.ts'
import { effectRecordOf } from './record-effect.ts'
import type { Spine } from './spine.ts'

export async function leaveBehind(
  spine: Spine,
  tx: Tx,
  place: CallPlace,
  call: ClassifiedCall,
  dispatchedEntry: string,
  approvers: readonly string[],
  atMs: number,
): Promise<EffectRecord | undefined> {
  const effect = effectRecordOf(place, call, dispatchedEntry, approvers, atMs)
  if (effect === undefined) return undefined
  await spine.effects.put(tx, effect)
  if (call.collection !== undefined) {
    const dueAtMs = atMs + FOLLOW_UP_AFTER_MS
    const { tenant } = effect
    await spine.followUps.put(tx, { tenant, call: place.callId, kind: 'collect', dueAtMs })
  }
  return effect
}
