/**
 * Acting while the right to act lasts. When a person presses stop, suspends the agent or closes the task, the
 * lease of the call is revoked; then the call is cut off where it stands and the tool server is told (R18, R146).
 * It may have acted by then: the outcome is unknown, and is looked for like any other.
 */
import type { ClassifiedCall } from '../catalogue/tool.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import { act } from './act.ts'
import type { Dispatched } from './dispatch.ts'
import type { CallIntent } from './intent.ts'
import type { CallPlace } from './place.ts'
import type { Acted } from './settle.ts'
import type { Spine } from './spine.ts'

export async function actWhileLeased(
  spine: Spine,
  intent: Pick<CallIntent, 'upstream' | 'back'>,
  place: CallPlace,
  call: ClassifiedCall,
  dispatched: Dispatched,
): Promise<Acted> {
  const watch = spine.halts?.watch(dispatched.lease)
  if (watch === undefined) return act(spine, intent, place, call, dispatched)
  const { upstream, back } = intent
  const signal = AbortSignal.any([back.signal, watch.signal])
  try {
    const acted = await act(spine, { upstream, back: { ...back, signal } }, place, call, dispatched)
    return isCutOff(acted, watch.signal) ? HALTED : acted
  } finally {
    watch.end()
  }
}

const HALTED: Acted = {
  kind: 'failure',
  error: new Failure('call_halted', 'the lease of the call was revoked while it was out'),
}

/** What came back in spite of it is what came back; what was surely not sent is no act. */
function isCutOff(acted: Acted, halted: AbortSignal): boolean {
  return halted.aborted && acted.kind === 'failure' && codeOf(acted.error) === 'cancelled'
}
