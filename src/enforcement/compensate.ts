/** Takes back at once what went further than was decided, where its entry has a way back. */
import { digestOfJson } from '../kernel/canonical-json.ts'
import { Failure } from '../kernel/failure.ts'
import { FOLLOW_UP_UNTIL_MS } from './follow-up.ts'
import { readUndoPlan } from './record-effect.ts'
import type { Spine } from './spine.ts'
import { undo } from './undo.ts'

const ACTOR = { kind: 'system', id: 'effect-watch' } as const

/** What a node that is gone left to be taken back. Returns how many were due. */
export async function compensateDue(spine: Spine, limit: number): Promise<number> {
  const nowMs = spine.clock.nowMs()
  const due = await spine.followUps.due('compensate', nowMs - FOLLOW_UP_UNTIL_MS, nowMs, limit)
  for (const { tenant, call } of due) await compensate(spine, tenant, call)
  return due.length
}

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
