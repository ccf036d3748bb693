/**
 * Somebody logs in. What they present is spent in the same transaction that opens the session, so it opens one.
 * Who is turned away is on record; what they presented is not.
 */
import type { Person } from '../identity/person.ts'
import type { LoginMethod, Session } from '../identity/session.ts'
import { linkEnd, SESSION_LIFETIME_MS, SESSION_PREFIX } from '../identity/session.ts'
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft, FieldValue, Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import { draft } from './base.ts'
import type { SessionDeps } from './issue-login-link.ts'
import { newSecret, secretHash } from './secret.ts'

/** `secret` goes into the cookie; only its hash is stored. */
export type OpenedSession = {
  readonly session: Session
  readonly person: Person
  readonly secret: string
  readonly receipt: Receipt
}

/**
 * `tenant` is where a stranger's attempt is recorded; a known link names its own. Throws `login_refused`, saying
 * the same whatever was wrong.
 */
export async function openSessionByLink(
  deps: SessionDeps,
  input: { readonly tenant: string; readonly link: string },
): Promise<OpenedSession> {
  const link = await deps.sessions.linkByHash(secretHash(input.link))
  if (link === undefined) return refuseLogin(deps, input.tenant, 'unknown')
  const { tenant } = link
  const ended = linkEnd(link, deps.nowMs())
  if (ended !== undefined) return refuseLogin(deps, tenant, ended, link.person)
  const person = await deps.people.byId(tenant, link.person)
  if (person?.state !== 'active') return refuseLogin(deps, tenant, 'suspended', link.person)
  try {
    return await openSession(deps, person, {
      method: 'link',
      isVouched: link.isVouched,
      introducedBy: link.issuedBy,
      named: { link: link.id },
      spend: async (tx) => {
        if (await deps.sessions.spendLink(tx, link, deps.nowMs())) return
        throw new LinkSpent('login_refused', 'another login was faster')
      },
    })
  } catch (error) {
    if (error instanceof LinkSpent) return refuseLogin(deps, tenant, 'used', link.person)
    throw error
  }
}

class LinkSpent extends Failure {}

export type Opening = {
  readonly method: LoginMethod
  readonly isVouched: boolean
  readonly introducedBy?: string
  /** What was presented, for the entry. */
  readonly named: { readonly [field: string]: FieldValue }
  /** Uses it up; throws when it was used before. */
  readonly spend: (tx: Tx) => Promise<void>
}

/** Opens a session for a person who has proved to be them. */
export async function openSession(
  deps: SessionDeps,
  person: Person,
  { named, spend, ...how }: Opening,
): Promise<OpenedSession> {
  const nowMs = deps.nowMs()
  const secret = newSecret(SESSION_PREFIX, deps.random)
  const session: Session = {
    tenant: person.tenant,
    id: deps.nextId(),
    person: person.id,
    ...how,
    openedAtMs: nowMs,
    seenAtMs: nowMs,
    expiresAtMs: nowMs + SESSION_LIFETIME_MS,
  }
  const actor = { kind: 'person', id: person.id } as const
  const { receipts } = await deps.commit(person.tenant, async (tx) => {
    await spend(tx)
    await deps.sessions.putSession(tx, session, secretHash(secret))
    const data = { session: session.id, person: person.id, method: how.method, ...named }
    const entry = draft(deps, 'session.opened', actor, {
      data: { ...data, expires: session.expiresAtMs },
    })
    return { value: undefined, entries: [entry] }
  })
  return { session, person, secret, receipt: receipts[0] }
}

/** Writes down that a login was refused, then says so without saying why. */
export async function refuseLogin(
  deps: SessionDeps,
  tenant: string,
  why: string,
  personId?: string,
): Promise<never> {
  const actor = { kind: 'system', id: 'login' } as const
  const person = personId === undefined ? {} : { person: personId }
  const entry: EntryDraft = draft(deps, 'access.refused', actor, {
    data: { reason: `login_refused:${why}`, face: 'rest', ...person },
  })
  await deps.commit(tenant, async () => ({ value: undefined, entries: [entry] }))
  throw new Failure('login_refused', 'what was presented opens no session')
}
