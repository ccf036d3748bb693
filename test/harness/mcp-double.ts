/**
 * A stand-in for the spine while the face and the upstream adapter are tested on their own: it decides by a
 * function given to it, mints a real slot, and sends the frame through the real exchange.
 */
import type { CallAnswer, CallIntent, Enforce } from '../../src/enforcement/intent.ts'
import type { Exchange, Frame, LeaseSecret } from '../../src/enforcement/upstream.ts'
import { digestOfJson } from '../../src/kernel/canonical-json.ts'
import { mintSlot } from '../../src/kernel/dispatch-slot.ts'
import { codeOf, Failure, type FailureCode, refusal } from '../../src/kernel/failure.ts'
import { UpstreamError } from '../../src/kernel/upstream-error.ts'

export type Verdict =
  | { readonly kind: 'allow' }
  | { readonly kind: 'deny'; readonly code: FailureCode; readonly detail: string }
  /** Held until `decided` resolves; pending when the face cannot wait so long. */
  | { readonly kind: 'hold'; readonly decided: Promise<'yes' | 'no'> }

export type Decider = (intent: CallIntent) => Verdict

export type Double = {
  readonly enforce: Enforce
  /** Every intent that reached the spine, in order. */
  readonly intents: CallIntent[]
  /** How many frames left for an upstream. */
  sent: number
}

export function makeDouble(
  exchange: Exchange,
  decide: Decider = () => ({ kind: 'allow' }),
  secretOf: (upstream: string) => LeaseSecret | undefined = () => undefined,
): Double {
  const double: Double = { enforce: run, intents: [], sent: 0 }
  async function run(intent: CallIntent): Promise<CallAnswer> {
    double.intents.push(intent)
    const callId = `call-${double.intents.length}`
    const verdict = decide(intent)
    if (verdict.kind === 'deny') {
      const said = refusal(verdict.code, verdict.detail, ['policy-1'])
      return { kind: 'refused', callId, refusal: said }
    }
    if (verdict.kind === 'hold') {
      const outcome = await held(intent, verdict.decided)
      if (outcome === 'gone') {
        return { kind: 'refused', callId, refusal: refusal('cancelled', 'the agent left') }
      }
      if (outcome === 'late') return pending(callId)
      if (outcome === 'no') {
        return { kind: 'refused', callId, refusal: refusal('approval_denied', 'not now') }
      }
    }
    return act(intent, callId)
  }
  async function act(intent: CallIntent, callId: string): Promise<CallAnswer> {
    const frame = frameOf(intent)
    const digest = digestOfJson('countersign-frame-v1', frame)
    const { upstream } = intent
    const slot = mintSlot({ tenant: intent.session.tenant, call: callId, upstream, frame: digest })
    try {
      double.sent++
      const answer = await exchange(slot, frame, digest, secretOf(upstream), 20_000, intent.back)
      return { kind: 'answered', callId, evidenceId: `evidence-${callId}`, answer }
    } catch (error) {
      if (error instanceof UpstreamError) {
        const { rpcCode, message, data } = error
        return {
          kind: 'rpc-error',
          callId,
          rpcCode,
          message,
          ...(data === undefined ? {} : { data }),
        }
      }
      if (!(error instanceof Failure)) throw error
      return { kind: 'refused', callId, refusal: refusal(codeOf(error), error.message) }
    }
  }
  return double
}

function frameOf({ upstream, kind, name, arguments: args }: CallIntent): Frame {
  if (kind === 'resource')
    return { upstream, method: 'resources/read', name, params: { uri: name } }
  const method = kind === 'prompt' ? 'prompts/get' : 'tools/call'
  return { upstream, method, name, params: { name, arguments: args } }
}

function held(
  { holdMs, back }: CallIntent,
  decided: Promise<'yes' | 'no'>,
): Promise<'yes' | 'no' | 'late' | 'gone'> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('late'), holdMs)
    back.signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve('gone')
    })
    void decided.then((answer) => {
      clearTimeout(timer)
      resolve(answer)
    })
  })
}

function pending(callId: string): CallAnswer {
  return {
    kind: 'pending',
    callId,
    approvalId: '01890000-0000-7000-8000-000000000001',
    role: 'shift-lead',
    action: 'contain:device',
    expiresAtMs: 1_900_000_000_000,
  }
}
