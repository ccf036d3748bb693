/**
 * One signed decision for several requests: every member is looked at on its own (still pending, seen as it is,
 * the person entitled to each), and either all of them are decided or none is and the answer names those that
 * stand in the way. Never part of a group: what was signed is the whole list.
 */
import { unacknowledged } from '../approval/consequences.ts'
import { eligibility } from '../approval/eligibility.ts'
import { bindGroup, type GroupMember, groupProblem } from '../approval/group.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import { type Counted, countYes } from './approve.ts'
import { commitUnchanged } from './base.ts'
import type { Countersignature } from './countersign.ts'
import {
  type DecisionParts,
  factsOf,
  findRequest,
  lockDecidable,
  reasonOf,
  type Standing,
  shownTargets,
  standingOf,
  textPayload,
} from './decision-parts.ts'
import type { DecisionInput, GroupInput, GroupOutcome } from './decision-ports.ts'
import { denyOne } from './deny.ts'
import { signatureOverGroup } from './sign-group.ts'

type Known = {
  readonly request: ApprovalRequest
  readonly standing: Standing
  readonly again: number
}

/**
 * Throws `group_refused` naming each member and why, `seen_digest_mismatch` when the group is not the one that
 * was seen, `request_invalid`, `reason_required`, `not_found`. Nothing is changed then.
 */
export async function decideGroup(parts: DecisionParts, input: GroupInput): Promise<GroupOutcome> {
  const reason = reasonOf(input.reason)
  const { tenant, person } = input
  const { value, receipts } = await commitUnchanged(
    parts,
    tenant,
    [`person/${person.id}`],
    async () => {
      const members = await knownOf(parts, input, input.members)
      const excluded = await knownOf(parts, input, input.excluded)
      const bound = boundOf(input, members, excluded)
      return async (tx) => {
        await refuseUnlessAll(parts, tx, input, members)
        const requests = (known: readonly Known[]) => known.map(({ request }) => request)
        const all = [requests(members), requests(excluded)] as const
        const signed = await signatureOverGroup(parts, tx, input, bound, ...all)
        const group = { id: parts.nextId(), digest: bound.digest, ...signed?.data }
        const told = groupEntry(parts, input, group, bound.statement, reason)
        const decided: Counted[] = []
        const entries: EntryDraft[] = []
        for (const { request, standing } of members) {
          const one = await decideMember(parts, tx, input, request, standing, reason, signed)
          decided.push(one.value)
          entries.push(...one.entries.map((entry) => ({ ...entry, cites: [told.id] })))
        }
        return { value: { group, decided }, entries: [told, ...entries] }
      }
    },
  )
  return { id: value.group.id, digest: value.group.digest, decided: value.decided, receipts }
}

/** In the order of their ids, so that two groups that overlap cannot wait for each other. */
async function knownOf(
  parts: DecisionParts,
  { tenant, person }: GroupInput,
  named: GroupInput['members'],
): Promise<readonly Known[]> {
  const known: Known[] = []
  for (const { requestId } of named.toSorted((a, b) => (a.requestId < b.requestId ? -1 : 1))) {
    const request = await findRequest(parts, tenant, requestId)
    const standing = await standingOf(parts, person, request)
    const again = await parts.approvals.timesSignedBy(tenant, request.id, person.id)
    known.push({ request, standing, again })
  }
  return known
}

function boundOf(input: GroupInput, members: readonly Known[], excluded: readonly Known[]) {
  const ids = (known: readonly Known[]) => known.map(({ request }) => request.id)
  const actions = members.map(({ request }) => request.action)
  const problem = groupProblem(ids(members), ids(excluded), actions)
  if (problem !== undefined) throw new Failure('request_invalid', problem)
  const bound = bindGroup({
    tenant: input.tenant,
    verdict: input.verdict,
    members: members.map(memberOf),
    excluded: excluded.map(memberOf),
  })
  const isSeen =
    bound.digest === input.seenDigest &&
    [...members, ...excluded].every(
      ({ request }) => seenOf(input, request) === request.actionDigest,
    )
  if (!isSeen) throw new Failure('seen_digest_mismatch', 'the group is not the one that was seen')
  return bound
}

function memberOf({ request, standing, again }: Known): GroupMember {
  return {
    request: request.id,
    actionDigest: request.actionDigest,
    again,
    targets: shownTargets(standing.shown),
  }
}

function seenOf({ members, excluded }: GroupInput, { id }: ApprovalRequest): string {
  return [...members, ...excluded].find(({ requestId }) => requestId === id)?.seenDigest ?? ''
}

/** Every member under lock and tested, before the first is decided. */
async function refuseUnlessAll(
  parts: DecisionParts,
  tx: Tx,
  input: GroupInput,
  members: readonly Known[],
): Promise<void> {
  const problems: string[] = []
  for (const { request, standing } of members) {
    const problem = await memberProblem(parts, tx, input, request, standing)
    if (problem !== undefined) problems.push(`${request.id}: ${problem}`)
  }
  if (problems.length > 0) throw new Failure('group_refused', problems.join('; '))
}

async function memberProblem(
  parts: DecisionParts,
  tx: Tx,
  input: GroupInput,
  { id, actionDigest }: ApprovalRequest,
  standing: Standing,
): Promise<string | undefined> {
  try {
    const request = await lockDecidable(parts, tx, id, actionDigest)
    if (input.verdict === 'deny') return undefined
    const signatures = await parts.approvals.signatures(tx, id)
    const verdict = eligibility(factsOf(standing, request, signatures))
    if (!verdict.isEligible) return `not_eligible (${verdict.failing})`
    const isOwners = verdict.need.role === request.needs[0]?.role
    const missing = unacknowledged(standing.shown, input.acknowledged ?? [])
    return isOwners && missing.length > 0 ? 'acknowledgement_missing' : undefined
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return codeOf(error)
  }
}

async function decideMember(
  parts: DecisionParts,
  tx: Tx,
  input: GroupInput,
  request: ApprovalRequest,
  standing: Standing,
  reason: string,
  signed: Countersignature | undefined,
) {
  const { tenant, person, acknowledged = [] } = input
  const one: DecisionInput = {
    tenant,
    person,
    requestId: request.id,
    seenDigest: request.actionDigest,
    reason,
    acknowledged,
  }
  const locked = await lockDecidable(parts, tx, request.id, request.actionDigest)
  if (input.verdict === 'approve') return countYes(parts, tx, one, standing, locked, reason, signed)
  const { value, entries } = await denyOne(parts, tx, one, locked, reason)
  return { value: { kind: 'denied', request: value } as const, entries }
}

function groupEntry(
  parts: DecisionParts,
  { person, verdict, members, excluded }: GroupInput,
  group: { readonly id: string; readonly digest: string; readonly passkey?: string },
  statement: string,
  reason: string,
): EntryDraft {
  const ids = (named: GroupInput['members']) => named.map(({ requestId }) => requestId).sort()
  return {
    id: parts.nextId(),
    atMs: parts.clock.nowMs(),
    type: 'group.decided',
    actor: { kind: 'person', id: person.id },
    data: {
      group: group.id,
      group_digest: group.digest,
      ...(group.passkey === undefined ? {} : { passkey: group.passkey }),
      verdict,
      person: person.id,
      members: ids(members),
      excluded: ids(excluded),
    },
    payloads: {
      statement: {
        bytes: new TextEncoder().encode(statement),
        mediaType: 'application/json',
        dataClass: 'operational',
      },
      reason: textPayload(reason),
    },
  }
}
