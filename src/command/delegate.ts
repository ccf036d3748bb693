/**
 * Lends authority: who, what, until when (R134). Only what one holds personally can be lent, only for classes one
 * is certified for oneself, and to somebody certified too; what was lent cannot be lent on. Ends at its time, when
 * it is taken back, and when either of the two is suspended.
 */

import type { ApprovalStore } from '../approval/ports.ts'
import { isEffectOrAction } from '../catalogue/class-name.ts'
import type { Delegation, DelegationStore } from '../identity/delegation.ts'
import type { Certificate, Person, Role } from '../identity/person.ts'
import { ROLES } from '../identity/person.ts'
import type { PersonStore } from '../identity/ports.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { actorOf, type CommandBase, commitUnchanged, type Doer, draft } from './base.ts'
import { reasonOf, textPayload } from './decision-parts.ts'
import { invalid, requireInstant, requireLabels, requireWord } from './input.ts'
import { requirePermission } from './permissions.ts'

export type DelegationDeps = CommandBase & {
  readonly people: PersonStore
  readonly delegations: DelegationStore
}

type LendingEndDeps = DelegationDeps & { readonly approvals: ApprovalStore }

export type DelegateInput = {
  readonly tenant: string
  /** Whose authority it is: nobody lends somebody else's. */
  readonly person: Person
  readonly delegate: string
  readonly role: Role
  readonly classes: readonly string[]
  readonly fromMs: number
  /** Exclusive. */
  readonly toMs: number
  readonly reason: string
}

/** Two weeks: a holiday. What is longer is a role, and belongs to whoever gives roles. */
const MAX_DELEGATION_MS = 14 * 24 * 3_600_000

/** Throws `not_permitted` (not theirs to lend), `not_found`, `request_invalid`, `reason_required`. */
export async function delegate(
  deps: DelegationDeps,
  input: DelegateInput,
): Promise<{ readonly delegation: Delegation; readonly receipt: Receipt }> {
  const { tenant } = input
  const reason = reasonOf(input.reason)
  const role = requireWord('role', input.role, ROLES)
  const classes = requireLabels('classes', input.classes, 20)
  const toMs = requireInstant('to_ms', input.toMs)
  const fromMs = Math.max(requireInstant('from_ms', input.fromMs), deps.nowMs())
  if (classes.length === 0 || !classes.every(isEffectOrAction))
    throw invalid('classes names effects or actions, one at least')
  if (toMs <= fromMs) throw invalid('the delegation ends before it starts')
  if (toMs - fromMs > MAX_DELEGATION_MS) throw invalid('a delegation lasts at most 14 days')
  if (input.delegate === input.person.id) throw invalid('nobody delegates to themselves')
  const keys = [`person/${input.person.id}`, `person/${input.delegate}`]
  const { value, receipts } = await commitUnchanged(deps, tenant, keys, async () => {
    await requireOwn(deps, tenant, input.person.id, role, classes, toMs)
    await requireAble(deps, tenant, input.delegate, classes)
    return async (tx) => {
      const { delegate: to, person } = input
      const delegation = {
        tenant,
        id: deps.nextId(),
        delegator: person.id,
        delegate: to,
        role,
        classes,
        fromMs,
        toMs,
      }
      await deps.delegations.put(tx, delegation)
      const { id, delegator } = delegation
      const entry = draft(
        deps,
        'delegation.made',
        { kind: 'person', id: delegator },
        {
          data: { delegation: id, delegator, delegate: to, role, classes, from: fromMs, to: toMs },
          payloads: { reason: textPayload(reason) },
        },
      )
      return { value: delegation, entries: [entry] }
    }
  })
  return { delegation: value, receipt: receipts[0] }
}

export type EndDelegationInput = {
  readonly tenant: string
  readonly by: Doer
  readonly delegationId: string
}

/** Taken back by either of the two, or by somebody who leads. Throws `not_found`, `not_permitted`, `conflict`. */
export async function endDelegation(
  deps: LendingEndDeps,
  input: EndDelegationInput,
): Promise<{ readonly receipt: Receipt }> {
  const { by, tenant } = input
  const found = await deps.delegations.byId(tenant, input.delegationId)
  if (found === undefined) throw new Failure('not_found', 'no such delegation in this tenant')
  const isTheirs = by.kind === 'person' && [found.delegator, found.delegate].includes(by.person.id)
  if (!isTheirs) requirePermission(by, 'person.suspend')
  const { receipts } = await deps.commit(tenant, async (tx) => {
    const open = await deps.delegations.openOf(tx, found.delegator)
    const current = open.find(({ id }) => id === found.id)
    if (current === undefined) throw new Failure('conflict', 'the delegation has ended already')
    return { value: undefined, entries: [await ended(deps, tx, current, by, 'taken_back')] }
  })
  return { receipt: receipts[0] }
}

/** In the transaction that suspends a person: what they lent and were lent ends, what they own moves on. */
export async function endLending(
  deps: Omit<LendingEndDeps, 'people'>,
  tx: Tx,
  person: Person,
  by: Doer,
): Promise<readonly EntryDraft[]> {
  await deps.approvals.hurry(tx, person.id, deps.nowMs())
  const entries: EntryDraft[] = []
  for (const open of await deps.delegations.openOf(tx, person.id))
    entries.push(await ended(deps, tx, open, by, 'suspended'))
  return entries
}

async function ended(
  deps: Omit<LendingEndDeps, 'people'>,
  tx: Tx,
  open: Delegation,
  by: Doer,
  reason: string,
): Promise<EntryDraft> {
  // What the borrower owned in the lender's place is for whoever is eligible now.
  await deps.approvals.hurry(tx, open.delegate, deps.nowMs())
  await deps.delegations.put(tx, { ...open, endedAtMs: deps.nowMs() })
  return draft(deps, 'delegation.ended', actorOf(by), { data: { delegation: open.id, reason } })
}

/** Their own role, and their own certificates until the end of what they lend. */
async function requireOwn(
  deps: DelegationDeps,
  tenant: string,
  id: string,
  role: Role,
  classes: readonly string[],
  toMs: number,
): Promise<void> {
  const person = await deps.people.byId(tenant, id)
  if (person?.state !== 'active') throw new Failure('not_permitted', 'the person is suspended')
  if (!person.roles.includes(role))
    throw new Failure(
      'not_permitted',
      `${role} is not yours to lend: a role that was lent stays with you`,
    )
  const missing = uncovered(classes, await deps.people.certificates(tenant, id), toMs)
  if (missing.length > 0)
    throw new Failure(
      'not_permitted',
      `you are not certified until then for: ${missing.join(', ')}`,
    )
}

async function requireAble(
  deps: DelegationDeps,
  tenant: string,
  id: string,
  classes: readonly string[],
): Promise<void> {
  const person = await deps.people.byId(tenant, id)
  if (person === undefined) throw new Failure('not_found', 'no such person in this tenant')
  if (person.state !== 'active') throw invalid('the delegate is suspended')
  const missing = uncovered(classes, await deps.people.certificates(tenant, id), deps.nowMs())
  if (missing.length > 0) throw invalid(`the delegate is not certified for: ${missing.join(', ')}`)
}

function uncovered(
  classes: readonly string[],
  certificates: readonly Certificate[],
  atMs: number,
): readonly string[] {
  const covers = certificates
    .filter((held) => held.expiresAtMs >= atMs)
    .map((held) => held.actionClass)
  return classes.filter((wanted) => !covers.includes(wanted))
}
