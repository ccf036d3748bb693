import { consequencesOf } from '../../src/approval/consequences.ts'
import { discharge } from '../../src/approval/discharge.ts'
import { openLadder } from '../../src/approval/ladder.ts'
import type { ApprovalRequest, Need } from '../../src/approval/request.ts'
import { answerQuestion } from '../../src/command/ask.ts'
import { expire } from '../../src/enforcement/await-decision.ts'
import { climbNow } from '../../src/enforcement/climb.ts'
import { readDuty } from '../../src/enforcement/duty.ts'
import type { TaskSession } from '../../src/enforcement/session.ts'
import type { Spine } from '../../src/enforcement/spine.ts'
import { useGrant } from '../../src/enforcement/use-grant.ts'
import { canonicalBytes, digestOfJson } from '../../src/kernel/canonical-json.ts'
import { codeOf } from '../../src/kernel/failure.ts'
import { entryDraft } from '../harness/stores.ts'
import { aRequest } from '../store/samples.ts'
import {
  AGENT_OWNER,
  type Question,
  REQUESTER,
  type Setting,
  WHO,
  type Who,
} from './authority-model.ts'

import { idOf, requestOf, TARGETS, type World } from './authority-world.ts'

const CALM = { severity: 3, isCaseStale: false, tags: [], flags: [], targets: [] }
const SHOWN = { targets: TARGETS, consequences: consequencesOf(CALM) }
export const REQUEST_MS = 900_000

/** Opens a question as an agent's held call does, down to whose change it carries. */
export async function ask(
  world: World,
  more: Pick<ApprovalRequest, 'needs' | 'isIrreversible' | 'onBehalfOf' | 'agentOwner'> &
    Partial<ApprovalRequest>,
): Promise<string> {
  const { fresh, tenant, deps, caseId } = world
  const nowMs = fresh.clock.nowMs()
  const { owner: _nobody, ...unowned } = aRequest(fresh, { tenant, caseId })
  const named = digestOfJson('countersign-action-v1', fresh.nextId())
  const fingerprint = more.fingerprint ?? named
  const changed = await deps.approvals.modifiedTo(tenant, fingerprint)
  const asked: ApprovalRequest = {
    ...unowned,
    actionDigest: named,
    risk: { criticality: 2, targets: 1, environments: ['production'], severity: 3 },
    createdAtMs: nowMs,
    expiresAtMs: nowMs + REQUEST_MS,
    ...more,
    fingerprint,
    ...(changed?.decidedBy === undefined
      ? {}
      : { modifiedFrom: changed.id, modifiedBy: changed.decidedBy }),
  }
  const { request } = openLadder(await readDuty(deps, asked, [], nowMs), asked)
  const { needs, requestEntry, actionDigest } = request
  const json = (value: Parameters<typeof canonicalBytes>[0]) =>
    ({
      bytes: canonicalBytes(value),
      mediaType: 'application/json',
      dataClass: 'operational',
    }) as const
  const intent = {
    upstream: 'firewall',
    kind: 'tool',
    name: 'block',
    arguments: { id: request.id },
  }
  await deps.commit(tenant, async (tx) => {
    await deps.approvals.put(tx, request)
    const [{ role, strength } = { role: 'none', strength: 'none' }] = needs as readonly Need[]
    const expires = request.expiresAtMs
    const data = {
      request: request.id,
      action_digest: actionDigest,
      role,
      strength,
      expires,
      claim: 'none',
    }
    const entry = entryDraft(fresh, { id: requestEntry, type: 'approval.requested', caseId, data })
    const payloads = { package: json(SHOWN), intent: json(intent) }
    return { value: undefined, entries: [{ ...entry, payloads }] }
  })
  return request.id
}

/** What both questions ask for. */
export function askedIn(world: World, { needs, isIrreversible }: Setting) {
  return {
    needs: needs.map(({ role, strength }) => ({ role, strength, policyIds: [`for-${role}`] })),
    isIrreversible,
    onBehalfOf: idOf(world, REQUESTER),
    agentOwner: idOf(world, AGENT_OWNER),
  } as Pick<ApprovalRequest, 'needs' | 'isIrreversible' | 'onBehalfOf' | 'agentOwner'>
}

/** The same for the model. */
export function questionOf({ needs, isIrreversible }: Setting, nowMs: number): Question {
  const times = { endsAtMs: nowMs + REQUEST_MS, halfAtMs: nowMs + REQUEST_MS / 2 }
  return { needs, isIrreversible, state: 'pending', signed: new Map(), ...times }
}

/** Whoever owns it; nobody in particular where nobody does. */
export async function ownerOf(world: World, id: string): Promise<Who> {
  const { owner } = await requestOf(world, id)
  return WHO.find((who) => idOf(world, who) === owner) ?? 0
}

/** The agent answers a question of people; its claim decides nothing. */
export async function answer(world: World, requestId: string, questionId: string): Promise<void> {
  const { task, agent, tenant } = await requestOf(world, requestId)
  const session = { tenant, task: { id: task }, agent: { id: agent } } as unknown as TaskSession
  await answerQuestion(world.deps, session, { requestId, questionId, answer: 'auth.log' })
}

/** The timer, over the questions of this tenant. */
export async function sweepWorld({ deps, fresh, tenant }: World): Promise<void> {
  const nowMs = fresh.clock.nowMs()
  // Of the whole spine, expiring uses what the world has.
  const spine = deps as unknown as Spine
  for (const due of await deps.approvals.due(nowMs, 1_000))
    if (due.tenant === tenant) await expire(spine, due)
  for (const due of await deps.approvals.dueToClimb(nowMs, 1_000))
    if (due.tenant === tenant) await climbNow(deps, due)
}

/** Two identical calls at once, each on the grant it found; how many of them would be sent. */
export async function useTwice(world: World, id: string): Promise<number> {
  const { deps, fresh, tenant } = world
  const grant = await deps.approvals.grantOf(tenant, id)
  if (grant === undefined) return 0
  const { fingerprint, ruleDigest } = grant
  const facts = { grant, fingerprint, ruleDigest, withdrawn: [], nowMs: fresh.clock.nowMs() }
  if (discharge(facts).kind === 'void') return 0
  const considered = { discharged: { grant } } as unknown as Parameters<typeof useGrant>[2]
  const call = () =>
    deps.commit(tenant, async (tx) => {
      await useGrant(deps as unknown as Spine, tx, considered, fresh.nextId())
      return { value: undefined, entries: [entryDraft(fresh)] }
    })
  const sent = await Promise.allSettled([call(), call()])
  for (const one of sent)
    if (one.status === 'rejected' && codeOf(one.reason) !== 'grant_used') throw one.reason
  return sent.filter(({ status }) => status === 'fulfilled').length
}
