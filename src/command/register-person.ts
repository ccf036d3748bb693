/**
 * Puts a person on the books, changes what they may do, and gives them a token for the API. Roles decide who
 * may approve, so each of these will need a second person; until that exists the entry says `proven: false`.
 */
import type { ApprovalStore } from '../approval/ports.ts'
import type { DelegationStore } from '../identity/delegation.ts'
import { isGroupMailbox } from '../identity/mailbox.ts'
import type { Person, Role } from '../identity/person.ts'
import { PERSON_TOKEN_PREFIX, ROLES } from '../identity/person.ts'
import type { PersonStore } from '../identity/ports.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { Randomness } from '../kernel/ids.ts'
import type { CommandBase, Doer } from './base.ts'
import { actorOf, commitUnchanged, draft, jsonPayload } from './base.ts'
import { endLending } from './delegate.ts'
import type { EndSigned } from './end-signed.ts'
import { invalid, requireLine, requireWord } from './input.ts'
import { requirePermission } from './permissions.ts'
import { newSecret, secretHash } from './secret.ts'

export type PersonDeps = CommandBase & {
  readonly people: PersonStore
  readonly random: Randomness
}

export type RegisterPersonInput = {
  readonly tenant: string
  readonly by: Doer
  readonly name: string
  readonly email: string
  readonly roles: readonly Role[]
}

/** `token` is shown this once; only its SHA-256 is stored. */
export type RegisteredPerson = {
  readonly person: Person
  readonly token: string
  readonly receipt: Receipt
}

/** Raised by every change of a person, so that two changes at once are ordered and neither is lost. */
export const PERSON_BOOK = 'person-book'

/** Throws `not_permitted`, `request_invalid`, `conflict` (the address is taken). */
export async function registerPerson(
  deps: PersonDeps,
  input: RegisterPersonInput,
): Promise<RegisteredPerson> {
  requirePermission(input.by, 'person.register')
  const asked: Person = {
    tenant: input.tenant,
    id: deps.nextId(),
    name: requireLine('name', input.name, 200),
    email: readEmail(input.email),
    roles: readRoles(input.roles),
    state: 'active',
    revision: 0,
  }
  const token = newSecret(PERSON_TOKEN_PREFIX, deps.random)
  const committed = await commitUnchanged(deps, input.tenant, [PERSON_BOOK], async () => {
    const others = await deps.people.list(input.tenant)
    if (others.some((other) => other.email === asked.email)) {
      throw new Failure('conflict', 'a person with this address exists')
    }
    return async (tx) => {
      await deps.revisions.raise(tx, PERSON_BOOK)
      const { tenant, id, name, email, roles } = asked
      const entry = draft(deps, 'person.registered', actorOf(input.by), {
        data: { person: id, roles, proven: false },
        payloads: { person: jsonPayload({ name, email }, 'personal') },
      })
      const person = { ...asked, rolesEntry: entry.id }
      await deps.people.put(tx, person)
      await deps.people.putTokenHash(tx, tenant, id, secretHash(token))
      return { value: person, entries: [entry] }
    }
  })
  return { person: committed.value, token, receipt: committed.receipts[0] }
}

export type ChangePersonInput = {
  readonly tenant: string
  readonly by: Doer
  readonly personId: string
  readonly state?: Person['state']
  readonly roles?: readonly Role[]
}

/**
 * Suspends, reactivates or re-roles. Nobody changes their own roles or lifts their own suspension. A suspended
 * person's signatures stop counting at once, and what rests on them stays void when they come back.
 */
export async function changePerson(
  deps: PersonDeps & {
    readonly approvals: ApprovalStore
    readonly delegations: DelegationStore
    readonly endSigned: EndSigned
  },
  input: ChangePersonInput,
): Promise<{ readonly person: Person; readonly receipt: Receipt }> {
  const isOnlySuspending = input.state === 'suspended' && input.roles === undefined
  requirePermission(input.by, isOnlySuspending ? 'person.suspend' : 'person.change')
  if (input.state === undefined && input.roles === undefined) throw invalid('nothing to change')
  if (input.by.kind === 'person' && input.by.person.id === input.personId && !isOnlySuspending) {
    throw new Failure('not_permitted', 'nobody changes their own roles or state')
  }
  const committed = await commitUnchanged(deps, input.tenant, [PERSON_BOOK], async () => {
    const known = await deps.people.byId(input.tenant, input.personId)
    if (known === undefined) throw new Failure('not_found', 'no such person in this tenant')
    const roles = input.roles === undefined ? known.roles : readRoles(input.roles)
    const wanted: Person = { ...known, roles, state: input.state ?? known.state }
    const end = await deps.endSigned({
      tenant: wanted.tenant,
      person: wanted.id,
      reason: 'signer_withdrawn',
      actor: actorOf(input.by),
    })
    return async (tx) => {
      await deps.revisions.raise(tx, PERSON_BOOK)
      const entry = draft(deps, 'person.changed', actorOf(input.by), {
        data: {
          person: wanted.id,
          ...(input.state === undefined ? {} : { state: input.state }),
          ...(input.roles === undefined ? {} : { roles }),
        },
      })
      const person = input.roles === undefined ? wanted : { ...wanted, rolesEntry: entry.id }
      await deps.people.put(tx, person)
      if (person.state === 'active') return { value: person, entries: [entry] }
      const lent = await endLending(deps, tx, person, input.by)
      return { value: person, entries: [entry, ...lent, ...(await end(tx))] }
    }
  })
  return { person: committed.value, receipt: committed.receipts[0] }
}

function readRoles(offered: readonly string[]): readonly Role[] {
  if (offered.length === 0) throw invalid('roles names at least one role')
  return [...new Set(offered.map((role) => requireWord('roles', role, ROLES)))].sort()
}

/** An address of one person, in lower case. Throws `request_invalid` (R133). */
export function readEmail(text: string): string {
  const address = requireLine('email', text, 254).toLowerCase()
  if (!/^[^\s@]+@[^\s@]+$/.test(address)) throw invalid('email is not an address')
  if (isGroupMailbox(address))
    throw invalid('email is of a group, a queue or a program; a person answers for decisions')
  return address
}
