/**
 * How a person is known to the console: a one-time link opens a session, a cookie carries it. Both are random
 * 256 bits of which only the SHA-256 is stored. An API token is not a session: it never expires by itself and is
 * meant for programs.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'

export const LOGIN_LINK_PREFIX = 'cs_login_'
export const SESSION_PREFIX = 'cs_session_'

const MINUTE_MS = 60_000

/** Long enough to switch to a browser, short enough that a link in a scrollback is worthless. */
export const LINK_LIFETIME_MS = 10 * MINUTE_MS
/** A shift, with its hand-over. */
export const SESSION_LIFETIME_MS = 12 * 60 * MINUTE_MS
/** An unattended desk. What the console asks by itself does not count as somebody being there. */
export const SESSION_IDLE_MS = 60 * MINUTE_MS
/** Being there is written down at most this often: twelve entries an hour per person, not one per request. */
export const SESSION_RENEW_MS = 5 * MINUTE_MS

/** After a login that proves enough to enrol a passkey, this long. */
const ENROL_WINDOW_MS = 10 * MINUTE_MS

export type LoginLink = {
  readonly tenant: string
  readonly id: string
  readonly person: string
  /** Person id, or the part of the gateway that made it. */
  readonly issuedBy: string
  /** Whether a platform engineer or the gateway itself stands behind it; such a session may enrol a passkey. */
  readonly isVouched: boolean
  readonly expiresAtMs: InstantMs
  readonly usedAtMs?: InstantMs
}

export type LoginMethod = 'link' | 'passkey' | 'oidc'

export type Session = {
  readonly tenant: string
  readonly id: string
  readonly person: string
  readonly method: LoginMethod
  readonly isVouched: boolean
  /** Who made the link it was opened with: a person id or a part of the gateway. */
  readonly introducedBy?: string
  readonly openedAtMs: InstantMs
  readonly seenAtMs: InstantMs
  readonly expiresAtMs: InstantMs
  readonly closedAtMs?: InstantMs
}

/** Why a session no longer counts; undefined while it does. */
export function sessionEnd(
  session: Session,
  nowMs: InstantMs,
): 'closed' | 'expired' | 'idle' | undefined {
  if (session.closedAtMs !== undefined) return 'closed'
  if (nowMs >= session.expiresAtMs) return 'expired'
  return nowMs - session.seenAtMs >= SESSION_IDLE_MS ? 'idle' : undefined
}

/** Whether this login is strong enough, and recent enough, to put a new key on record. */
export function mayEnrol(session: Session, nowMs: InstantMs): boolean {
  if (nowMs - session.openedAtMs >= ENROL_WINDOW_MS) return false
  return session.method === 'passkey' || (session.method === 'link' && session.isVouched)
}

/** Why a link opens nothing; undefined when it does. */
export function linkEnd(link: LoginLink, nowMs: InstantMs): 'used' | 'expired' | undefined {
  if (link.usedAtMs !== undefined) return 'used'
  return nowMs >= link.expiresAtMs ? 'expired' : undefined
}

/** Reads are at least as new as the last commit of this node. Writers take the open transaction. */
export type SessionStore = {
  /** By the SHA-256 (hex) of the secret; undefined when unknown. The caller tests whether it still counts. */
  readonly linkByHash: (hash: string) => Promise<LoginLink | undefined>
  readonly sessionByHash: (hash: string) => Promise<Session | undefined>
  /** Those not closed, newest first; the caller tests which of them still count. */
  readonly openSessions: (tenant: string, person: string) => Promise<readonly Session[]>
  readonly putLink: (tx: Tx, link: LoginLink, hash: string) => Promise<void>
  /** False when somebody else spent it first; of two at once one wins. */
  readonly spendLink: (tx: Tx, link: LoginLink, atMs: InstantMs) => Promise<boolean>
  readonly putSession: (tx: Tx, session: Session, hash: string) => Promise<void>
  /** False when it is closed, or was seen after `lastSeenMs` already. */
  readonly renewSession: (
    tx: Tx,
    session: Session,
    atMs: InstantMs,
    lastSeenMs: InstantMs,
  ) => Promise<boolean>
  /** False when it was closed before. */
  readonly closeSession: (tx: Tx, session: Session, atMs: InstantMs) => Promise<boolean>
}
