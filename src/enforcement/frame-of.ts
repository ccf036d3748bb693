/** The exact frame of a call: what was decided, and nothing an agent could add beside it. */
import type { ClassifiedCall } from '../catalogue/tool.ts'
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { Digest } from '../kernel/digest.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { CallIntent } from './intent.ts'
import type { Frame } from './upstream.ts'

export function frameOf(
  intent: Pick<CallIntent, 'upstream' | 'name' | 'kind'>,
  call: ClassifiedCall,
  callId: string,
): Frame {
  const { upstream, name, kind } = intent
  if (kind === 'resource')
    return { upstream, method: 'resources/read', name, params: { uri: name } }
  // Not for an inner tool: the argument is its own, and the frame is the outer one's.
  const key = call.via === undefined ? call.tool.reviewed?.entry.idempotencyArgument : undefined
  const given = key === undefined ? call.forwarded : { ...call.forwarded, [key]: callId }
  const params: JsonObject = { name, arguments: given }
  return { upstream, method: kind === 'prompt' ? 'prompts/get' : 'tools/call', name, params }
}

/** A frame with the digest that its entry and its slot carry. */
export type DigestedFrame = { readonly frame: Frame; readonly frameDigest: Digest }

export function digested(frame: Frame): DigestedFrame {
  return { frame, frameDigest: digestOfJson('countersign-frame-v1', frame) }
}
