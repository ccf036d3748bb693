/** Step 7: the frame leaves, once, through its slot. Whatever happens on the way comes back as a value. */
import type { ClassifiedCall } from '../catalogue/tool.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import { UpstreamError } from '../kernel/upstream-error.ts'
import { credentialFor } from './credential.ts'
import type { Dispatched } from './dispatch.ts'
import type { CallIntent } from './intent.ts'
import type { CallPlace } from './place.ts'
import type { Acted } from './settle.ts'
import type { Spine } from './spine.ts'

export async function act(
  spine: Spine,
  intent: Pick<CallIntent, 'upstream' | 'back'>,
  place: CallPlace,
  call: ClassifiedCall,
  dispatched: Dispatched,
): Promise<Acted> {
  const { upstream } = intent
  try {
    const secret = await credentialFor(spine, place, call, dispatched)
    const answer = await spine.exchange(
      dispatched.slot,
      dispatched.frame,
      dispatched.frameDigest,
      secret,
      timeLimit(spine, call, dispatched),
      intent.back,
    )
    spine.breaker.saw(upstream, true)
    return { kind: 'answer', answer }
  } catch (error) {
    if (error instanceof UpstreamError) {
      spine.breaker.saw(upstream, true)
      return { kind: 'rpc-error', error }
    }
    if (isSilence(error)) spine.breaker.saw(upstream, false)
    if (error instanceof Error) return { kind: 'failure', error }
    return {
      kind: 'failure',
      error: new Failure('upstream_failed', 'the adapter threw something that is no error'),
    }
  } finally {
    if (dispatched.lease.kind !== 'local') spine.lending?.desk.drop(dispatched.lease.id)
  }
}

/** Nothing goes on longer than the credential it goes on with. */
function timeLimit(spine: Spine, { timeoutMs }: ClassifiedCall, { lease }: Dispatched): number {
  if (lease.kind === 'local') return timeoutMs
  return Math.max(1, Math.min(timeoutMs, lease.expiresAtMs - spine.clock.nowMs()))
}

/** The server did not answer; an agent that went away says nothing about it. */
function isSilence(error: unknown): boolean {
  const code = codeOf(error)
  return (
    code === 'upstream_unreachable' || code === 'upstream_timeout' || code === 'upstream_failed'
  )
}
