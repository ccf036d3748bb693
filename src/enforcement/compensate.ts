/** Takes back at once what went further than was decided, where its entry has a way back. */
import { digestOfJson } from '../kernel/canonical-json.ts'
import { Failure } from '../kernel/failure.ts'
import { readUndoPlan } from './record-effect.ts'
import type { Spine } from './spine.ts'
import { undo } from './undo.ts'

const ACTOR = { kind: 'system', id: 'effect-watch' } as const

/** Never throws what an undo may end as: a failed one is on record, and people are paged. */
export async function compensate(spine: Spine, tenant: string, callId: string): Promise<void> {
  const record = await spine.effects.byCall(tenant, callId)
  if (record?.hasInverse !== true) return
  try {
    const plan = await readUndoPlan(spine.payloads, record)
    const statement = digestOfJson('countersign-action-v1', {
      v: 1,
      kind: 'compensate',
      undoes: callId,
    })
    await undo(spine, { record, plan, actor: ACTOR, by: 'compensation', statement })
  } catch (error) {
    if (!(error instanceof Failure)) throw error
  }
}
