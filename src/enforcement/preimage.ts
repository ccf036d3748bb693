/**
 * What the target looks like before a call changes it. Read in the same task and kept as evidence, so that an undo
 * restores what was and does not merely toggle. A call whose entry asks for it is not made without it.
 */
import { completeInverse } from '../catalogue/inverse.ts'
import { probeHolds } from '../catalogue/probe.ts'
import type { ClassifiedCall } from '../catalogue/tool.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { ownRead } from './own-read.ts'
import type { TaskPlace } from './session.ts'
import type { Spine } from './spine.ts'

export type Imaged = { readonly call: ClassifiedCall; readonly before?: JsonObject }

/**
 * The call with its inverse completed. Throws `facts_unavailable` when the state before cannot be read or does not
 * tell what the inverse has to restore; nothing was sent then.
 */
export async function takePreimage(
  spine: Spine,
  session: TaskPlace,
  call: ClassifiedCall,
): Promise<Imaged> {
  const { preimage, inverse } = call
  if (preimage === undefined) return { call }
  const { upstream } = call.tool
  const read = await ownRead(spine, session, { ...preimage, upstream, reader: 'pre-image' })
  if (read === undefined) {
    throw new Failure('facts_unavailable', 'what the target looks like now cannot be read')
  }
  const before = { evidence: read.evidence, isThere: wasThere(call, read.result) }
  if (inverse === undefined) return { call: { ...call, before }, before: read.result }
  const complete = completeInverse(inverse, call.toolArguments, read.result)
  if (complete === undefined) {
    throw new Failure('facts_unavailable', 'the state before does not tell what to restore')
  }
  return { call: { ...call, before, inverse: complete }, before: read.result }
}

/** Whether the effect was there before the call; then taking the call back must not take that away. */
function wasThere(call: ClassifiedCall, result: JsonObject): boolean {
  const probe = call.tool.reviewed?.entry.probe
  if (probe === undefined || probe.tool !== call.preimage?.tool) return false
  return probeHolds(probe.expect, result, call.toolArguments) === true
}
