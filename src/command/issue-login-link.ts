/**
 * Makes a link that logs a person into the console once. People make their own; a platform engineer makes one for
 * anybody, which is on record as theirs: it is how somebody without an API token gets in, and what lets a session
 * enrol a passkey.
 */
import type { PersonStore } from '../identity/ports.ts'
import type { LoginLink, SessionStore } from '../identity/session.ts'
import { LINK_LIFETIME_MS, LOGIN_LINK_PREFIX } from '../identity/session.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { Randomness } from '../kernel/ids.ts'
import type { CommandBase, Doer } from './base.ts'
import { actorOf, draft } from './base.ts'
import { requirePermission } from './permissions.ts'
import { newSecret, secretHash } from './secret.ts'

export type SessionDeps = CommandBase & {
  readonly people: PersonStore
  readonly sessions: SessionStore
  readonly random: Randomness
}

export type IssueLinkInput = {
  readonly tenant: string
  readonly by: Doer
  readonly personId: string
}

/** `secret` is shown this once. */
export type IssuedLink = {
  readonly link: LoginLink
  readonly secret: string
  readonly receipt: Receipt
}

/** Throws `not_permitted` for somebody else's link, `not_found`. */
export async function issueLoginLink(
  deps: SessionDeps,
  input: IssueLinkInput,
): Promise<IssuedLink> {
  const { tenant, by, personId } = input
  const isOwn = by.kind === 'person' && by.person.id === personId
  requirePermission(by, isOwn ? 'decide' : 'login.issue')
  const person = await deps.people.byId(tenant, personId)
  if (person === undefined) throw new Failure('not_found', 'no such person in this tenant')
  if (person.state !== 'active') throw new Failure('not_permitted', 'the person is suspended')
  const actor = actorOf(by)
  const secret = newSecret(LOGIN_LINK_PREFIX, deps.random)
  const link: LoginLink = {
    tenant,
    id: deps.nextId(),
    person: personId,
    issuedBy: actor.id,
    isVouched: by.kind === 'system' || by.person.roles.includes('platform-engineer'),
    expiresAtMs: deps.nowMs() + LINK_LIFETIME_MS,
  }
  const { receipts } = await deps.commit(tenant, async (tx) => {
    await deps.sessions.putLink(tx, link, secretHash(secret))
    const data = { link: link.id, person: personId, vouched: link.isVouched }
    const entry = draft(deps, 'login.link_issued', actor, {
      data: { ...data, expires: link.expiresAtMs },
    })
    return { value: undefined, entries: [entry] }
  })
  return { link, secret, receipt: receipts[0] }
}
