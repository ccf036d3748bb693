/**
 * The life of a tool call, top to bottom (DESIGN 3). No branch on a tool's name, vendor or transport: those
 * belong to the catalogue and the adapters. Nothing acts before the dispatch commit inside `run`.
 */
import type { ClassifiedCall } from '../catalogue/tool.ts'
import { codeOf, Failure, refusal } from '../kernel/failure.ts'
import { type Attached, attach } from './attach.ts'
import { type Considered, consider } from './considered.ts'
import { hold } from './hold.ts'
import type { CallAnswer, CallIntent, Enforce } from './intent.ts'
import type { CallPlace } from './place.ts'
import { recordDenial, recordRefusal } from './refuse.ts'
import { run } from './run.ts'
import type { Spine } from './spine.ts'
import { whatIs } from './what.ts'

/** A decision whose facts changed before it could be committed is taken again, this often (DESIGN 3). */
const MAX_ATTEMPTS = 3

export function makeEnforce(spine: Spine): Enforce {
  return async (intent) => {
    try {
      return await enforce(spine, intent)
    } catch (error) {
      // Whatever could not be recorded did not run. The agent hears the code, never the cause.
      if (!(error instanceof Failure)) throw error
      return { kind: 'refused', callId: '', refusal: refusal(error.code, error.message) }
    }
  }
}

async function enforce(spine: Spine, intent: CallIntent): Promise<CallAnswer> {
  const atMs = spine.clock.nowMs()
  const what = await whatIs(spine, intent)
  const attached = await attach(spine, intent, what.label.fingerprint)
  const place: CallPlace = {
    session: intent.session,
    callId: attached.isOpen ? attached.request.call : spine.nextId(),
    label: what.label,
    upstream: intent.upstream,
    arguments: intent.arguments,
    atMs,
  }
  if (what.kind === 'refused') return recordRefusal(spine, place, what.refusal)
  return decideAndRun(spine, intent, place, what.call, attached)
}

/**
 * Steps 3 to 11: decided afresh after every wait and after every change of facts. What `run` throws was not
 * sent, so it may be tried again.
 */
async function decideAndRun(
  spine: Spine,
  intent: CallIntent,
  first: CallPlace,
  call: ClassifiedCall,
  found: Attached,
): Promise<CallAnswer> {
  const { fingerprint } = first.label
  let attached = found
  let place = first
  for (let attempt = 0; attempt < MAX_ATTEMPTS; ) {
    if (!attached.isOpen && attached.refusal !== undefined) {
      return recordRefusal(spine, place, attached.refusal, attached.request)
    }
    try {
      const considered = await consider(spine, intent, place, call, attached, attempt)
      const next = stepAfter(considered)
      if (next === 'deny') return await recordDenial(spine, considered, attached)
      if (next === 'run') return await run(spine, considered, attached)
      const end = await hold(spine, considered, attached)
      if (end.kind === 'answer') return end.answer
      attached = end.attached
      if (isNew(attached)) attempt++
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      if (codeOf(error) !== 'facts_changed') {
        return recordRefusal(spine, place, refusal(error.code, error.message), attached.request)
      }
      attempt++
      attached = await attach(spine, citing(intent, attached), fingerprint)
    }
    place = placeOf(spine, place, attached)
  }
  const no = refusal('facts_changed', 'the facts changed three times while deciding')
  return recordRefusal(spine, place, no, attached.request)
}

function isNew(attached: Attached): boolean {
  return !attached.isOpen && attached.refusal === undefined
}

/** A call that belongs to a request stays with it: when a twin used the yes, it does not ask again. */
function citing(intent: CallIntent, attached: Attached): CallIntent {
  return attached.isOpen ? { ...intent, approvalId: attached.request.id } : intent
}

/** A request and its call have one id; the id of a request that ended is not used for a new call. */
function placeOf(spine: Spine, place: CallPlace, attached: Attached): CallPlace {
  if (attached.isOpen) return { ...place, callId: attached.request.call }
  return isNew(attached) ? { ...place, callId: spine.nextId() } : place
}

/**
 * What the decision means. An approval that no longer holds, or that no longer suffices because the rules ask
 * for more now, is a no; the next identical call asks afresh. A monitored class was decided, and runs.
 */
function stepAfter({ decision, discharged }: Considered): 'run' | 'hold' | 'deny' {
  if (discharged.kind === 'void') return 'deny'
  if (decision.kind === 'allow' || !decision.isEnforced) return 'run'
  if (decision.kind === 'deny') return 'deny'
  return discharged.grant === undefined ? 'hold' : 'deny'
}
