/** Keeps a session alive while somebody is there, and ends it: by logging out, or from another of one's sessions. */
import type { Session } from '../identity/session.ts'
import { SESSION_RENEW_MS } from '../identity/session.ts'
import type { Receipt } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import { draft } from './base.ts'
import type { SessionDeps } from './issue-login-link.ts'

type RenewDeps = Omit<SessionDeps, 'people' | 'random'>

/** Notes that somebody is there, at most every five minutes. Of many requests at once one does. */
export async function renewSession(deps: RenewDeps, session: Session): Promise<void> {
  const nowMs = deps.nowMs()
  if (nowMs - session.seenAtMs < SESSION_RENEW_MS) return
  const renew = deps.commit(session.tenant, async (tx) => {
    const isFirst = await deps.sessions.renewSession(tx, session, nowMs, nowMs - SESSION_RENEW_MS)
    if (!isFirst) throw new Failure('conflict', 'another request renewed the session')
    return { value: undefined, entries: [entryAbout(deps, 'session.renewed', session)] }
  })
  await renew.catch((error: unknown) => {
    if (codeOf(error) !== 'conflict') throw error
  })
}

/** Throws `conflict` when it was closed before. */
export async function closeSession(
  deps: RenewDeps,
  session: Session,
  reason: 'logout' | 'revoked',
): Promise<Receipt> {
  const { receipts } = await deps.commit(session.tenant, async (tx) => {
    if (!(await deps.sessions.closeSession(tx, session, deps.nowMs())))
      throw new Failure('conflict', 'the session is closed already')
    return { value: undefined, entries: [entryAbout(deps, 'session.closed', session, { reason })] }
  })
  return receipts[0]
}

function entryAbout(
  deps: RenewDeps,
  type: 'session.renewed' | 'session.closed',
  session: Session,
  more: { readonly reason?: string } = {},
) {
  const { id, person } = session
  return draft(
    deps,
    type,
    { kind: 'person', id: person },
    { data: { session: id, person, ...more } },
  )
}
