/**
 * The life of a tool call, top to bottom (DESIGN 3). No branch on a tool's name, vendor or transport: those
 * belong to the catalogue and the adapters. Nothing acts before the dispatch commit inside `run`.
 */
import type { ApprovalRequest } from '../approval/request.ts'
import { codeOf, Failure, refusal } from '../kernel/failure.ts'
import { type Attached, attach } from './attach.ts'
import { carriedOut } from './carried-out.ts'
import { type Considered, consider } from './considered.ts'
import { takesBackForeign } from './foreign-containment.ts'
import { hold } from './hold.ts'
import type { CallAnswer, CallIntent, Enforce } from './intent.ts'
import type { CallPlace } from './place.ts'
import { endPlan } from './plan-end.ts'
import { type Planned, plannedOf } from './plan-step.ts'
import { recordDenial, recordRefusal } from './refuse.ts'
import { run } from './run.ts'
import { missingSafeguards } from './safeguards.ts'
import type { Spine } from './spine.ts'
import { withStanding } from './use-standing.ts'
import { type What, whatIs } from './what.ts'

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

/**
 * Steps 2 to 11. After every wait and every change of facts all of them are taken again: a tool, a grant or a
 * review that is different now must not be used as it was. What `run` throws was not sent.
 */
async function enforce(spine: Spine, intent: CallIntent): Promise<CallAnswer> {
  const cameAtMs = spine.clock.nowMs()
  let now = intent
  let place: CallPlace | undefined
  for (let attempt = 0; attempt < MAX_ATTEMPTS; ) {
    const what = await whatIs(spine, now)
    const planned = await plannedOf(spine, now, what)
    const attached: Attached =
      planned.kind === 'step'
        ? { isOpen: true, request: planned.request, grant: planned.grant, planned }
        : await attach(spine, now, what.label.fingerprint)
    place = placeOf(spine, now, what, attached, place, cameAtMs)
    if (what.kind === 'refused') return recordRefusal(spine, place, what.refusal)
    if (planned.kind === 'refused') return recordPlanRefusal(spine, place, planned)
    if (!attached.isOpen && attached.refusal !== undefined) {
      return recordRefusal(spine, place, attached.refusal, attached.request)
    }
    try {
      const waited = attached.isOpen && planned.kind !== 'step' ? place.callId : undefined
      const carried = await carriedOut(spine, now, waited)
      if (carried !== undefined) place = { ...place, recommendation: carried }
      const asked = await consider(spine, now, place, what, attached, attempt)
      const considered = await withStanding(
        spine,
        asked,
        attached.isOpen || planned.kind === 'chain',
      )
      const next = stepAfter(considered)
      if (next === 'deny') return await recordDenial(spine, considered, attached)
      const foreign = await takesBackForeign(spine, considered)
      if (foreign !== undefined) return await recordRefusal(spine, place, foreign, attached.request)
      const unsafe = await unsafeNow(spine, considered)
      if (unsafe !== undefined) return await recordDenial(spine, unsafe, attached)
      if (next === 'run') return await run(spine, considered, attached)
      if (planned.kind === 'chain' && !attached.isOpen)
        return await recordRefusal(spine, place, CHAIN_LEFT)
      const end = await hold(spine, considered, attached)
      if (end.kind === 'answer') return end.answer
      if (end.request === undefined) attempt++
      now = citing(now, end.request)
    } catch (error) {
      if (!(error instanceof Failure)) throw error
      if (codeOf(error) !== 'facts_changed') {
        return recordRefusal(spine, place, refusal(error.code, error.message), attached.request)
      }
      attempt++
      now = citing(
        now,
        attached.isOpen && attached.planned === undefined ? attached.request : undefined,
      )
    }
    now = await readAgain(spine, now)
  }
  if (place === undefined) throw new Failure('internal', 'a call was decided no time')
  const no = refusal('facts_changed', 'the facts changed three times while deciding')
  return recordRefusal(spine, place, no)
}

/** After a chain was left, a person is asked about chains only, and at the worst class so far (R151). */
const CHAIN_LEFT = refusal('plan_stopped', 'the task left its approved plan')

/** A call that is not the next one of its plan: refused, and the plan stops with it, in one commit (R48). */
function recordPlanRefusal(
  spine: Spine,
  place: CallPlace,
  { refusal: no, plan, request, grant, ends }: Extract<Planned, { kind: 'refused' }>,
): Promise<CallAnswer> {
  if (ends === undefined) return recordRefusal(spine, place, no)
  const actor = { kind: 'agent', id: place.session.agent.id } as const
  return recordRefusal(spine, place, no, request, (tx) =>
    endPlan(spine, tx, { plan, grant, actor, reason: ends }),
  )
}

/** The call with a no in place of its decision, when it would destroy evidence nobody has preserved (R132). */
async function unsafeNow(spine: Spine, considered: Considered): Promise<Considered | undefined> {
  const { safeguards, decision, place } = considered
  if (safeguards === undefined || safeguards.missing.length === 0) return undefined
  const { code, detail } = await missingSafeguards(spine, place.session, safeguards.missing)
  return { ...considered, decision: { ...decision, kind: 'deny', reason: code, detail } }
}

/** A request and its call have one id; the id of a request that ended is not used for a new call. */
function placeOf(
  spine: Spine,
  intent: CallIntent,
  what: What,
  attached: Attached,
  before: CallPlace | undefined,
  cameAtMs: number,
): CallPlace {
  const { session, upstream } = intent
  const ended = !attached.isOpen && attached.refusal !== undefined ? before?.callId : undefined
  const own = attached.isOpen && attached.planned === undefined ? attached.request.call : ended
  const callId = own ?? spine.nextId()
  const times = { cameAtMs, atMs: spine.clock.nowMs() }
  return { session, callId, label: what.label, upstream, arguments: intent.arguments, ...times }
}

/** A call that belongs to a request stays with it: when a twin used the yes, it does not ask again. */
function citing(intent: CallIntent, request: ApprovalRequest | undefined): CallIntent {
  return request === undefined ? intent : { ...intent, approvalId: request.id }
}

/** The same call by the agent and the task as they are now; its tool is to be looked up anew. */
async function readAgain(spine: Spine, { found: _, ...intent }: CallIntent): Promise<CallIntent> {
  const { session } = intent
  const { agents, tasks } = spine.facts
  const [agent, task] = await Promise.all([
    agents.byId(session.tenant, session.agent.id),
    tasks.byId(session.tenant, session.task.id),
  ])
  if (agent === undefined || task === undefined) {
    throw new Failure('facts_unavailable', 'agent or task is not in the store')
  }
  return { ...intent, session: { ...session, agent, task } }
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
