/**
 * Changes that need two people. One entitled person proposes, a second one confirms what they have seen, and
 * the change is made in the same transaction as its confirmation. Until a second entitled person has a passkey
 * that somebody vouched for, one person may do it alone and the record says `proven: false`; from then on, for
 * good, one alone is refused. In an emergency one person may, on record, paged and reviewed by another.
 */
import type { PasskeyStore } from '../identity/passkey.ts'
import type { Person, Role } from '../identity/person.ts'
import { canonicalBytes } from '../kernel/canonical-json.ts'
import type { Commit, Tx } from '../kernel/commit.ts'
import { digestOf } from '../kernel/digest.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { NoticeQueue } from '../kernel/notice.ts'
import type { PayloadStore } from '../ledger/ports.ts'
import type { GovernedChange, GovernedStore } from '../oversight/change.ts'
import { draft, jsonPayload } from './base.ts'
import {
  CHANGE_KINDS,
  type ChangeKind,
  type InputOf,
  type Kind,
  type ResultOf,
} from './change-kinds.ts'
import { reasonOf, textPayload } from './decision-parts.ts'
import type { KindDeps, Place } from './kind-deps.ts'
import { PERMISSIONS, requirePermission } from './permissions.ts'

export type GovernDeps = KindDeps & {
  readonly governed: GovernedStore
  readonly passkeys: PasskeyStore
  readonly payloads: PayloadStore
  readonly notices: NoticeQueue
}

/** A weekend and a day: whoever was away on Friday finds it on Monday. */
const CONFIRM_WITHIN_MS = 72 * 3_600_000
const REVIEW_WITHIN_MS = 24 * 3_600_000

/**
 * Makes the change where that is free or nobody else could confirm it; otherwise as the doer asked. Throws
 * `second_person_needed`, `change_proposed` (the proposal is durable), and what the command throws.
 */
export async function makeChange<K extends ChangeKind>(
  deps: GovernDeps,
  kind: K,
  input: InputOf<K>,
): Promise<ResultOf<K>> {
  const of = CHANGE_KINDS[kind] as unknown as Kind<Place, ResultOf<K>>
  const { by, tenant } = input
  if (by.kind === 'system' || (await of.isFree?.(deps, input))) return of.run(deps, input)
  requirePermission(by, of.permission)
  if ((await secondPeople(deps, tenant, kind, by.person)).length === 0)
    return of.run(marking(deps, false), input)
  if (by.way === undefined)
    throw new Failure('second_person_needed', `${kind} is proposed by one and confirmed by another`)
  const reason = reasonOf(by.way.reason)
  if (by.way.kind === 'propose') {
    const { id } = await propose(deps, kind, input, by.person, reason)
    throw new Failure('change_proposed', `change ${id} waits for a second person`)
  }
  return makeAlone(deps, kind, input, by.person, reason)
}

/**
 * Everybody else who holds the permission and has, or had, a passkey that was vouched for. Suspended people
 * count: suspending the second one does not make the first one free.
 */
export async function secondPeople(
  deps: Pick<GovernDeps, 'people' | 'passkeys'>,
  tenant: string,
  kind: ChangeKind,
  first: Pick<Person, 'id'> | undefined,
): Promise<readonly Person[]> {
  const allowed: readonly Role[] = PERMISSIONS[CHANGE_KINDS[kind].permission]
  const [people, passkeys] = await Promise.all([
    deps.people.list(tenant),
    deps.passkeys.list(tenant),
  ])
  const known = new Set(
    passkeys.filter(({ vouchedBy }) => vouchedBy !== undefined).map(({ person }) => person),
  )
  return people.filter(
    ({ id, roles }) =>
      id !== first?.id && known.has(id) && roles.some((role) => allowed.includes(role)),
  )
}

async function propose(
  deps: GovernDeps,
  kind: ChangeKind,
  input: Place,
  person: Person,
  reason: string,
): Promise<GovernedChange> {
  const change = changeOf(deps, kind, input, person, 'proposed', CONFIRM_WITHIN_MS)
  await deps.commit(input.tenant, async (tx) => {
    await deps.governed.put(tx, change)
    await tell(deps, tx, change, person, 'inform')
    return { value: undefined, entries: [openingEntry(deps, change, input, person, reason)] }
  })
  return change
}

/** The change first, then who made it alone; both or neither. A page goes to everybody who may review it. */
async function makeAlone<K extends ChangeKind>(
  deps: GovernDeps,
  kind: K,
  input: InputOf<K>,
  person: Person,
  reason: string,
): Promise<ResultOf<K>> {
  const change = changeOf(deps, kind, input, person, 'alone', REVIEW_WITHIN_MS)
  const of = CHANGE_KINDS[kind] as unknown as Kind<Place, ResultOf<K>>
  const also = async (tx: Tx) => {
    await deps.governed.put(tx, change)
    await tell(deps, tx, change, person, 'page')
    return openingEntry(deps, change, input, person, reason)
  }
  return of.run(marking(deps, false, also), input)
}

function changeOf(
  deps: GovernDeps,
  kind: ChangeKind,
  input: Place,
  person: Person,
  state: 'proposed' | 'alone',
  withinMs: number,
): GovernedChange {
  const createdAtMs = deps.nowMs()
  const dueAtMs = createdAtMs + withinMs
  const id = deps.nextId()
  const said = { id, kind, content: contentOf(input), proposed_by: person.id, due_at_ms: dueAtMs }
  return {
    tenant: input.tenant,
    ...{ id, kind, state, createdAtMs, dueAtMs },
    digest: digestOf('countersign-change-v1', canonicalBytes(said)),
    proposedBy: person.id,
    entry: deps.nextId(),
  }
}

/** The input without who and where: those are the proposer's, again, when it is made. */
export function contentOf({ tenant: _, by: __, ...content }: Place): object {
  return content
}

function openingEntry(
  deps: GovernDeps,
  change: GovernedChange,
  input: Place,
  person: Person,
  reason: string,
): EntryDraft {
  const { id, kind, digest, dueAtMs } = change
  const type = change.state === 'alone' ? 'change.made_alone' : 'change.proposed'
  const actor = { kind: 'person', id: person.id } as const
  return {
    ...draft(deps, type, actor, {
      data: { change: id, kind, digest, due: dueAtMs },
      payloads: {
        change: jsonPayload(contentOf(input), 'personal'),
        reason: textPayload(reason),
      },
    }),
    id: change.entry,
  }
}

async function tell(
  deps: GovernDeps,
  tx: Tx,
  change: GovernedChange,
  person: Person,
  urgency: 'page' | 'inform',
): Promise<void> {
  const allowed: readonly Role[] = PERMISSIONS[CHANGE_KINDS[change.kind as ChangeKind].permission]
  const roles = urgency === 'page' ? [...new Set([...allowed, 'incident-commander'])] : allowed
  for (const role of roles) {
    await deps.notices.put(tx, {
      tenant: person.tenant,
      id: deps.nextId(),
      kind: 'change.proposed',
      urgency,
      to: { role },
      about: { change: change.id },
      atMs: change.createdAtMs,
    })
  }
}

/** Events that say whether two people stand behind them. */
const MARKED = [
  'agent.registered',
  'agent.changed',
  'person.registered',
  'person.changed',
  'roster.changed',
  'asset.changed',
  'policy.published',
]

/**
 * The same deps, with a commit that says in the command's own entries whether they are proven, and leaves one
 * more entry in the same transaction. `also` runs inside it and may refuse.
 */
export function marking<D extends { readonly commit: Commit }>(
  deps: D,
  isProven: boolean,
  also?: (tx: Tx, made: EntryDraft) => Promise<EntryDraft>,
): D & { readonly isConfirmed: boolean } {
  let isDone = also === undefined
  const commit: Commit = async (tenant, work) => {
    const isLast = isDone
    const committed = await deps.commit(tenant, async (tx) => {
      const { value, entries } = await work(tx)
      const mark = (entry: EntryDraft): EntryDraft =>
        MARKED.includes(entry.type)
          ? { ...entry, data: { ...entry.data, proven: isProven } }
          : entry
      const [first, ...rest] = entries
      const more = isLast || also === undefined ? [] : [await also(tx, first)]
      return { value, entries: [mark(first), ...rest.map(mark), ...more] as const }
    })
    isDone = true
    return committed
  }
  return { ...deps, commit, isConfirmed: isProven }
}
