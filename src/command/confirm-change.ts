/**
 * The second person: confirms or rejects what another proposed, or reviews what one made alone. A yes is signed with
 * their passkey: whoever registered them was handed their token, so a token alone is not a second person.
 */
import type { Assertion } from '../identity/passkey.ts'
import type { Person } from '../identity/person.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { isObject, type JsonObject, parseStrict } from '../kernel/strict-json.ts'
import type { GovernedChange } from '../oversight/change.ts'
import { draft } from './base.ts'
import { CHANGE_KINDS, isChangeKind, type Kind } from './change-kinds.ts'
import { type CountersignParts, recordingRefusals, requireCountersignature } from './countersign.ts'
import { reasonOf, textPayload } from './decision-parts.ts'
import { type GovernDeps, marking } from './govern-change.ts'
import type { Place } from './kind-deps.ts'
import { permissionsOf, requirePermission } from './permissions.ts'

export type ChangeInput = {
  readonly tenant: string
  readonly person: Person
  readonly changeId: string
}

/** What a change would do, as it was proposed; undefined when it was erased. */
export async function contentOfChange(
  deps: Pick<GovernDeps, 'payloads'>,
  { tenant, entry }: GovernedChange,
  part: 'change' | 'reason' = 'change',
): Promise<Uint8Array | undefined> {
  const opened = await deps.payloads.open(tenant, entry, part)
  return opened.state === 'present' ? opened.bytes : undefined
}

export type ConfirmDeps = GovernDeps & Omit<CountersignParts, 'clock'>
type Confirming = ChangeInput & {
  readonly seenDigest: string
  readonly assertion?: Assertion | undefined
}
type Confirmed = { readonly change: GovernedChange; readonly result: unknown }

/**
 * Makes the change as its proposer, in one transaction with the confirmation. Throws `not_found`,
 * `not_permitted` (also for the proposer, and whom it is about), `change_closed`, `seen_digest_mismatch`, what a
 * signature is refused with (countersign.ts), and what the command throws; then it stays proposed.
 */
export async function confirmChange(deps: ConfirmDeps, input: Confirming): Promise<Confirmed> {
  const actor = { kind: 'person', id: input.person.id } as const
  const base = () => ({ id: deps.nextId(), atMs: deps.nowMs(), actor })
  return recordingRefusals(deps, input.tenant, base, () => confirm(deps, input))
}

async function confirm(deps: ConfirmDeps, input: Confirming): Promise<Confirmed> {
  const change = await open(deps, input, 'proposed')
  if (change.digest !== input.seenDigest)
    throw new Failure('seen_digest_mismatch', 'the digest seen is not the digest of this change')
  const of = kindOf(change)
  const made: Place & JsonObject = await placeOf(deps, change)
  if (of.subject?.(made) === input.person.id)
    throw new Failure('not_permitted', 'nobody confirms a change about themselves')
  const confirmed: GovernedChange = {
    ...change,
    state: 'confirmed',
    decidedBy: input.person.id,
    decidedAtMs: deps.nowMs(),
  }
  const also = async (tx: Tx, first: EntryDraft) => {
    const { id, kind, digest } = change
    const { person, assertion } = input
    const parts = { ...deps, clock: { nowMs: deps.nowMs } }
    const what = 'the second yes to a change'
    const signed = await requireCountersignature(parts, tx, { person, digest, what, assertion })
    await settle(deps, tx, change, confirmed)
    return entryOf(deps, 'change.confirmed', person, {
      cites: [first.id],
      data: { change: id, kind, digest, person: person.id, ...signed.data },
      payloads: signed.payloads,
    })
  }
  const result = await of.run(marking(deps, true, also), made)
  return { change: confirmed, result }
}

/** What the reader is to a change: whether they are the second person, or why they are not. */
export type PartInChange = 'second' | 'proposer' | 'subject' | 'not_entitled'

export async function partInChange(
  deps: Pick<GovernDeps, 'payloads'>,
  change: GovernedChange,
  person: Person,
): Promise<PartInChange> {
  if (change.proposedBy === person.id) return 'proposer'
  const of = kindOf(change)
  if (!permissionsOf(person).includes(of.permission)) return 'not_entitled'
  const bytes = await contentOfChange(deps, change)
  const content = bytes === undefined ? undefined : parseStrict(bytes)
  if (of.subject === undefined || content === undefined || !isObject(content)) return 'second'
  return of.subject(content as unknown as Place) === person.id ? 'subject' : 'second'
}

/** Anybody entitled says no; the proposer may take it back. Throws as `confirmChange`, and `reason_required`. */
export async function rejectChange(
  deps: GovernDeps,
  input: ChangeInput & { readonly reason: string },
): Promise<GovernedChange> {
  const reason = reasonOf(input.reason)
  const change = await open(deps, input, 'proposed', true)
  return close(deps, input.person, change, 'rejected', reason, { person: input.person.id })
}

/** Somebody else has looked at what was made alone; an objection is undone by a change of its own. */
export async function reviewChange(
  deps: GovernDeps,
  input: ChangeInput & { readonly verdict: 'upheld' | 'objected'; readonly reason: string },
): Promise<GovernedChange> {
  const reason = reasonOf(input.reason)
  const change = await open(deps, input, 'alone')
  const data = { person: input.person.id, verdict: input.verdict }
  return close(deps, input.person, change, 'reviewed', reason, data)
}

/** Ends proposals nobody confirmed. Deadlines are checked at use; this writes the record. */
export async function expireChanges(deps: GovernDeps, tenant: string): Promise<number> {
  const due = await deps.governed.due(tenant, deps.nowMs())
  for (const change of due) {
    await deps
      .commit(tenant, async (tx) => {
        await settle(deps, tx, change, { ...change, state: 'expired', decidedAtMs: deps.nowMs() })
        const { id, kind } = change
        const actor = { kind: 'system', id: 'sweeper' } as const
        const entry = draft(deps, 'change.expired', actor, { data: { change: id, kind } })
        return { value: undefined, entries: [entry] }
      })
      .catch((error: unknown) => {
        if (!(error instanceof Failure) || error.code !== 'change_closed') throw error
      })
  }
  return due.length
}

async function close(
  deps: GovernDeps,
  person: Person,
  change: GovernedChange,
  state: 'rejected' | 'reviewed',
  reason: string,
  data: EntryDraft['data'],
): Promise<GovernedChange> {
  const decidedAtMs = deps.nowMs()
  const closed: GovernedChange = { ...change, state, decidedBy: person.id, decidedAtMs }
  await deps.commit(change.tenant, async (tx) => {
    await settle(deps, tx, change, closed)
    const entry = entryOf(deps, `change.${state}`, person, {
      data: { change: change.id, kind: change.kind, ...data },
      payloads: { reason: textPayload(reason) },
    })
    return { value: undefined, entries: [entry] }
  })
  return closed
}

/** The change, if this person may be its second one. */
async function open(
  deps: GovernDeps,
  { tenant, person, changeId }: ChangeInput,
  state: 'proposed' | 'alone',
  mayBeFirst = false,
): Promise<GovernedChange> {
  const change = await deps.governed.byId(tenant, changeId)
  if (change === undefined) throw new Failure('not_found', 'there is no such change')
  requirePermission({ kind: 'person', person }, kindOf(change).permission)
  if (change.proposedBy === person.id && !mayBeFirst)
    throw new Failure('not_permitted', 'the second person is another one')
  if (change.state !== state) throw new Failure('change_closed', `the change is ${change.state}`)
  if (state === 'proposed' && change.dueAtMs <= deps.nowMs())
    throw new Failure('change_closed', 'the time to confirm is over')
  return change
}

async function settle(
  deps: GovernDeps,
  tx: Tx,
  before: GovernedChange,
  after: GovernedChange,
): Promise<void> {
  const locked = await deps.governed.lock(tx, before.id)
  if (locked?.state !== before.state)
    throw new Failure('change_closed', `the change is ${locked?.state ?? 'gone'}`)
  await deps.governed.put(tx, after)
}

function kindOf({ kind }: GovernedChange): Kind<Place, unknown> {
  if (!isChangeKind(kind)) throw new Failure('internal', `no change of kind ${kind}`)
  return CHANGE_KINDS[kind] as unknown as Kind<Place, unknown>
}

/** What was proposed, as its proposer, who must still be entitled to it. */
async function placeOf(deps: GovernDeps, change: GovernedChange): Promise<Place & JsonObject> {
  const { tenant, proposedBy } = change
  const person = await deps.people.byId(tenant, proposedBy)
  if (person === undefined) throw new Failure('not_permitted', 'the proposer is not registered')
  requirePermission({ kind: 'person', person }, kindOf(change).permission)
  const bytes = await contentOfChange(deps, change)
  const content = bytes === undefined ? undefined : parseStrict(bytes)
  if (content === undefined || !isObject(content))
    throw new Failure('payload_unreadable', 'what was proposed is gone')
  return { ...content, tenant, by: { kind: 'person', person } } as unknown as Place & JsonObject
}

function entryOf(
  deps: GovernDeps,
  type: 'change.confirmed' | 'change.rejected' | 'change.reviewed',
  { id }: Person,
  content: Pick<EntryDraft, 'data' | 'payloads' | 'cites'>,
): EntryDraft {
  return draft(deps, type, { kind: 'person', id }, content)
}
