import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Digest } from '../kernel/digest.ts'
import type { ApprovalRequest, Grant, GrantState, RequestState, Signature } from './request.ts'

/** A grant and the place of the call it would release. */
export type LiveGrant = Grant &
  Pick<ApprovalRequest, 'agent' | 'tool' | 'effect' | 'caseId' | 'task' | 'call' | 'plan'>

export type ApprovalStore = {
  readonly byId: (tenant: string, id: string) => Promise<ApprovalRequest | undefined>
  /** The newest request for exactly this call, whatever its state; undefined when there is none. */
  readonly byFingerprint: (
    tenant: string,
    fingerprint: Digest,
  ) => Promise<ApprovalRequest | undefined>
  /** The newest request a person changed into exactly this call. */
  readonly modifiedTo: (tenant: string, fingerprint: Digest) => Promise<ApprovalRequest | undefined>
  readonly list: (tenant: string, state?: RequestState) => Promise<readonly ApprovalRequest[]>
  /** What people refused an agent in a case. */
  readonly deniedOf: (
    tenant: string,
    agent: string,
    caseId: string,
  ) => Promise<readonly ApprovalRequest[]>
  /** What waits for people in the name of one agent; a question of its own transaction included. */
  readonly pendingOf: (tx: Tx, agent: string) => Promise<readonly ApprovalRequest[]>
  /** The request under lock, so that two deciders are ordered. */
  readonly lock: (tx: Tx, id: string) => Promise<ApprovalRequest | undefined>
  readonly put: (tx: Tx, request: ApprovalRequest) => Promise<void>
  /** Those that stand. */
  readonly signatures: (tx: Tx, request: string) => Promise<readonly Signature[]>
  readonly addSignature: (tx: Tx, signature: Signature) => Promise<void>
  /** The same, outside a transaction. */
  readonly signaturesOf: (tenant: string, request: string) => Promise<readonly Signature[]>
  /** What still waits for somebody else and was signed with this key. */
  readonly pendingSignedWith: (tx: Tx, passkey: string) => Promise<readonly ApprovalRequest[]>
  /** Takes back what a person signed when they become the owner. It stays on the books and counts no more. */
  readonly withdrawSignature: (
    tx: Tx,
    request: string,
    person: string,
    atMs: InstantMs,
  ) => Promise<void>
  /** How often a person signed the request, what they took back included. */
  readonly timesSigned: (tx: Tx, request: string, person: string) => Promise<number>
  /** The same, outside a transaction. */
  readonly timesSignedBy: (tenant: string, request: string, person: string) => Promise<number>
  /** The newest grant of a request, whatever its state. */
  readonly grantOf: (tenant: string, request: string) => Promise<Grant | undefined>
  readonly lockGrant: (tx: Tx, id: string) => Promise<Grant | undefined>
  readonly putGrant: (tx: Tx, grant: Grant) => Promise<void>
  /**
   * Moves a live grant to another state. Returns false, changing nothing, when it is not live: of two parallel
   * consumers exactly one gets true.
   */
  readonly settleGrant: (tx: Tx, id: string, state: Exclude<GrantState, 'live'>) => Promise<boolean>
  /** All live grants with whose call they are for: what ends when authority does. */
  readonly liveGrants: (tx: Tx) => Promise<readonly LiveGrant[]>
  /** Approved, not yet used, in time, and to run without its agent (claim `task`); oldest first. */
  readonly releasable: (
    tenant: string,
    nowMs: number,
    limit: number,
  ) => Promise<readonly ApprovalRequest[]>
  /** Pending requests whose time is up. */
  readonly due: (nowMs: number, limit: number) => Promise<readonly ApprovalRequest[]>
  /** Pending requests with a step of their ladder due, the longest due first. */
  readonly dueToClimb: (nowMs: number, limit: number) => Promise<readonly ApprovalRequest[]>
  /** Makes the ladder of whatever a person owns due at once: they can own nothing any more. */
  readonly hurry: (tx: Tx, owner: string, nowMs: number) => Promise<void>
}
