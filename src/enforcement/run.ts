/** Steps 6 to 11 for a call that may act: dispatch, act, check, settle, answer. */
import type { Tx } from '../kernel/commit.ts'
import { codeOf, Failure, refusal } from '../kernel/failure.ts'
import type { Attached } from './attach.ts'
import { collectBeside } from './collect.ts'
import { compensate } from './compensate.ts'
import type { Considered } from './considered.ts'
import { commitDispatch, type Dispatched } from './dispatch.ts'
import { actWhileLeased } from './halt.ts'
import type { CallAnswer } from './intent.ts'
import { lendFor, orTakeBack } from './lend.ts'
import { observe, tellExcess } from './observe.ts'
import { type Imaged, takePreimage } from './preimage.ts'
import { probe } from './probe.ts'
import { type Acted, type Settled, settle } from './settle.ts'
import type { Spine } from './spine.ts'

/** Throws what `commitDispatch` throws, and then nothing was sent; afterwards every failure is an answer. */
export async function run(
  spine: Spine,
  considered: Considered,
  attached: Attached,
): Promise<CallAnswer> {
  const goOut = () => dispatchAndAct(spine, considered, attached)
  return spine.callsOut === undefined ? goOut() : spine.callsOut.during(goOut)
}

async function dispatchAndAct(
  spine: Spine,
  considered: Considered,
  attached: Attached,
): Promise<CallAnswer> {
  const { session } = considered.place
  const { upstream } = considered.intent
  if (!spine.breaker.lets(upstream)) {
    throw new Failure(
      'upstream_unreachable',
      `${upstream} has not answered lately; nothing was sent`,
    )
  }
  // The dispatch uses a yes up, so with a server that is not there it must not come to it.
  const usesYes = considered.discharged.grant !== undefined || considered.standing !== undefined
  if (usesYes) await spine.reach(upstream)
  const imaged = await takePreimage(spine, session, considered.call)
  spine.at('dispatch:before')
  const sending = { ...considered, call: imaged.call }
  const request = attached.isOpen ? attached.request : undefined
  const lent = await lendFor(spine, sending, request)
  const dispatched = await orTakeBack(spine, considered.place, lent, () =>
    commitDispatch(spine, sending, request, lent),
  )
  spine.at('dispatch:after')
  collectBeside(spine, considered.place, imaged.call)
  try {
    return await actAndSettle(spine, considered, imaged, dispatched)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    // It may have acted, so nothing said here may sound like "not sent, try again"; the sweeper settles it.
    const no = refusal('outcome_unknown', 'the outcome could not be recorded')
    return { kind: 'refused', callId: considered.place.callId, refusal: no }
  }
}

async function actAndSettle(
  spine: Spine,
  considered: Considered,
  imaged: Imaged,
  dispatched: Dispatched,
): Promise<CallAnswer> {
  const { intent, place } = considered
  const { call } = imaged
  const acted = await actWhileLeased(spine, intent, place, call, dispatched)
  spine.at('act:after')
  const finding = await probe(spine, place.session, call, acted)
  const excess = await observe(spine, place, imaged, acted)
  const also = async (tx: Tx) =>
    excess === undefined ? [] : tellExcess(spine, tx, place, call, excess)
  const settled = await settle(spine, place, call, dispatched, acted, finding, also)
  spine.at(excess === undefined ? 'outcome:after' : 'excess:after')
  if (excess !== undefined) await compensate(spine, place.session.tenant, place.callId)
  return answerOf(considered, acted, settled)
}

function answerOf(considered: Considered, acted: Acted, settled: Settled): CallAnswer {
  const { callId } = considered.place
  if (acted.kind === 'rpc-error') {
    const { rpcCode, message, data } = acted.error
    return { kind: 'rpc-error', callId, rpcCode, message, ...(data === undefined ? {} : { data }) }
  }
  if (acted.kind === 'failure') {
    const code = codeOf(acted.error)
    if (code === 'call_halted') {
      return { kind: 'refused', callId, refusal: refusal(code, acted.error.message) }
    }
    const told = settled.outcome === 'unknown' ? 'outcome_unknown' : code
    const no = refusal(told, 'the tool server did not answer as it should')
    return { kind: 'refused', callId, refusal: no }
  }
  const { kind, reason, detail, policyIds, isEnforced } = considered.decision
  const wouldHaveStopped = kind !== 'allow' && !isEnforced && reason !== 'allowed'
  return {
    kind: 'answered',
    callId,
    answer: acted.answer,
    ...(settled.evidenceId === undefined ? {} : { evidenceId: settled.evidenceId }),
    ...(considered.facts.stale.length === 0 ? {} : { stale: considered.facts.stale }),
    ...(wouldHaveStopped ? { monitored: refusal(reason, detail, policyIds) } : {}),
  }
}
