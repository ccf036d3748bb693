/**
 * What was contained belongs to the case it was contained for: an agent that works another case may not take it back,
 * nor ask for that. Whoever leads the shift lifts it, from the board, knowing both cases. Which case a call belongs to is
 * the case of its task; whatever its arguments say about that is a claim.
 */
import { networkBits } from '../catalogue/target.ts'
import { atLeast, type ClassifiedCall, type Target } from '../catalogue/tool.ts'
import { Failure, type Refusal, refusal } from '../kernel/failure.ts'
import type { Considered } from './considered.ts'
import type { EffectRecord } from './effect-record.ts'
import { type PlannedCall, readUndoPlan, type UndoPlan } from './record-effect.ts'
import type { Spine } from './spine.ts'
import { classifyPlanned } from './undo.ts'

/** The refusal, or undefined when the call takes back nothing of another case. */
export async function takesBackForeign(
  spine: Spine,
  { place, call }: Considered,
): Promise<Refusal | undefined> {
  // Below it nothing lifts a containment, and no read waits for the look.
  if (!atLeast(call.effect, 'write')) return undefined
  const { tenant, task } = place.session
  const contained = await spine.effects.containments(tenant)
  const foreign = contained.filter((each) => each.caseId !== task.caseId && each.hasInverse)
  for (const record of foreign) {
    const plan = await planOf(spine, record)
    if (plan === undefined || !isSameTarget(plan.targets, call.targets)) continue
    if (await isInverse(spine, tenant, plan.inverse, call))
      return refusal('contained_elsewhere', `the containment is of case ${record.caseId}`)
  }
  return undefined
}

/** Undefined once the case was erased: then nobody knows any more what was contained. */
async function planOf(spine: Spine, record: EffectRecord): Promise<UndoPlan | undefined> {
  try {
    return await readUndoPlan(spine.payloads, record)
  } catch (error) {
    if (error instanceof Failure && error.code === 'payload_unreadable') return undefined
    throw error
  }
}

/** The very tool that was named as the way back, or any other that does the same to the same. */
async function isInverse(
  spine: Spine,
  tenant: string,
  inverse: PlannedCall | undefined,
  call: ClassifiedCall,
): Promise<boolean> {
  if (inverse === undefined) return false
  if (inverse.upstream === call.tool.upstream && inverse.tool === call.tool.name) return true
  try {
    return (await classifyPlanned(spine, tenant, inverse)).action === call.action
  } catch (error) {
    if (error instanceof Failure && error.code === 'undo_impossible') return false
    throw error
  }
}

function isSameTarget(contained: readonly Target[], called: readonly Target[]): boolean {
  return contained.some((one) => called.some((other) => isSame(one, other)))
}

/** Of two networks one that lies in the other is the same: letting half of it out is letting out. */
function isSame(one: Target, other: Target): boolean {
  if (one.kind !== other.kind) return false
  if (one.id.toLowerCase() === other.id.toLowerCase()) return true
  const [a, b] = [networkBits(one.id), networkBits(other.id)]
  return a !== undefined && b !== undefined && (a.startsWith(b) || b.startsWith(a))
}
