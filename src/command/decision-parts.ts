/** What the people's verbs on requests share: their ports, the facts of eligibility, and the entry base. */
import { type DutyView, factsFor } from '../approval/holders.ts'
import { decidedNotices } from '../approval/notices.ts'
import type { ApprovalStore } from '../approval/ports.ts'
import type { ApprovalRequest, Signature } from '../approval/request.ts'
import { decidable, openUntil } from '../approval/resolve.ts'
import { type DutyParts, readDuty } from '../enforcement/duty.ts'
import type { RevisionStore } from '../facts/ports.ts'
import type { Person } from '../identity/person.ts'
import type { Commit, Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { NextId } from '../kernel/ids.ts'
import type { NoticeQueue } from '../kernel/notice.ts'
import { isObject, type JsonValue, parseStrict } from '../kernel/strict-json.ts'
import type { PayloadStore } from '../ledger/ports.ts'
import type { CountersignParts } from './countersign.ts'

export type DecisionParts = DutyParts &
  CountersignParts & {
    readonly commit: Commit
    readonly revisions: RevisionStore
    readonly nextId: NextId
    readonly approvals: ApprovalStore
    readonly payloads: PayloadStore
    readonly notices: NoticeQueue
  }

/** A reason longer than this is a report, not a reason. Characters. */
export const MAX_REASON = 4096

/** The request, or `not_found`. */
export async function findRequest(
  parts: Pick<DecisionParts, 'approvals'>,
  tenant: string,
  id: string,
): Promise<ApprovalRequest> {
  const request = await parts.approvals.byId(tenant, id)
  if (request === undefined) throw new Failure('not_found', 'there is no such approval request')
  return request
}

/** The person's own sentence, trimmed; `reason_required` when empty or overlong. */
export function reasonOf(text: string): string {
  const reason = text.trim()
  if (reason === '') throw new Failure('reason_required', 'say why in a sentence')
  if (reason.length > MAX_REASON)
    throw new Failure('request_invalid', `a reason has at most ${MAX_REASON} characters`)
  return reason
}

/** What a person's entitlement rests on, read before the transaction; `person/<id>` guards it inside. */
export type Standing = {
  readonly person: Person
  readonly view: DutyView
  /** The package the person was shown. */
  readonly shown: JsonValue
}

/** Reads everything known of the person now. Throws `not_permitted` when the person is gone. */
export async function standingOf(
  parts: DecisionParts,
  person: Person,
  request: ApprovalRequest,
): Promise<Standing> {
  const shown = await shownPackage(parts, request)
  const nowMs = parts.clock.nowMs()
  const view = await readDuty(parts, request, targetsIn(shown), nowMs, person.id)
  const current = view.people.find(({ id }) => id === person.id)
  if (current === undefined) throw new Failure('not_permitted', 'the person is not registered')
  return { person: current, view, shown }
}

/** The facts the eligibility tests want, of this person and the request as it is now. */
export function factsOf(
  { person, view }: Pick<Standing, 'person' | 'view'>,
  request: ApprovalRequest,
  signatures: readonly Signature[],
) {
  return factsFor(view, request, person, signatures)
}

/** The request under lock, if a decision on what the person saw may still be made. */
export async function lockDecidable(
  parts: Pick<DecisionParts, 'approvals' | 'clock'>,
  tx: Tx,
  requestId: string,
  seenDigest: string,
): Promise<ApprovalRequest> {
  const request = await parts.approvals.lock(tx, requestId)
  if (request === undefined) throw new Failure('not_found', 'there is no such approval request')
  const no = decidable(request, seenDigest, parts.clock.nowMs())
  if (no !== undefined) throw new Failure(no.code, no.detail)
  return request
}

/** The request under lock, if it still waits for people. */
export async function lockOpen(
  parts: Pick<DecisionParts, 'approvals' | 'clock'>,
  tx: Tx,
  requestId: string,
): Promise<ApprovalRequest> {
  const request = await parts.approvals.lock(tx, requestId)
  if (request === undefined) throw new Failure('not_found', 'there is no such approval request')
  const no = openUntil(request, parts.clock.nowMs())
  if (no !== undefined) throw new Failure(no.code, no.detail)
  return request
}

/** The package as it was recorded and signed for. Throws `payload_unreadable` when it is gone. */
async function shownPackage(
  parts: Pick<DecisionParts, 'payloads'>,
  request: ApprovalRequest,
): Promise<JsonValue> {
  const shown = await parts.payloads.open(request.tenant, request.requestEntry, 'package')
  if (shown.state !== 'present')
    throw new Failure('payload_unreadable', 'the package of the request is gone')
  return parseStrict(shown.bytes)
}

/** Lower-cased names of what the call acts upon, from the package that was shown. */
function targetsIn(shown: JsonValue): readonly string[] {
  return shownTargets(shown).map(({ id }) => id.toLowerCase())
}

/** What the call acts upon, as the package names it. */
export function shownTargets(
  shown: JsonValue,
): readonly { readonly kind: string; readonly id: string }[] {
  const targets = isObject(shown) && Array.isArray(shown.targets) ? shown.targets : []
  return targets.flatMap((target: JsonValue) =>
    isObject(target) && typeof target.id === 'string'
      ? [{ kind: typeof target.kind === 'string' ? target.kind : '', id: target.id }]
      : [],
  )
}

export function requestBase(
  parts: DecisionParts,
  person: Person,
  request: ApprovalRequest,
): Pick<EntryDraft, 'id' | 'atMs' | 'actor' | 'caseId' | 'task' | 'call'> {
  return {
    id: parts.nextId(),
    atMs: parts.clock.nowMs(),
    actor: { kind: 'person', id: person.id },
    caseId: request.caseId,
    task: request.task,
    call: request.call,
  }
}

/** Those who wait for the answer hear of it. `by` is the person who gave it. */
export async function tellDecided(
  parts: Pick<DecisionParts, 'notices' | 'nextId' | 'clock'>,
  tx: Tx,
  request: ApprovalRequest,
  by: string | undefined,
): Promise<void> {
  const atMs = parts.clock.nowMs()
  for (const notice of decidedNotices(request, by, atMs, parts.nextId))
    await parts.notices.put(tx, notice)
}

/** The two fields every entry about a request carries. */
export function requestData(request: ApprovalRequest): { request: string; action_digest: string } {
  return { request: request.id, action_digest: request.actionDigest }
}

export function textPayload(text: string): NonNullable<EntryDraft['payloads']>[string] {
  return {
    bytes: new TextEncoder().encode(text),
    mediaType: 'text/plain',
    dataClass: 'operational',
  }
}
