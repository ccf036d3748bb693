/**
 * A question put to a named person, and the single-use right that a yes creates. States move once:
 * `pending -> approved | denied | expired | cancelled`, and `live -> consumed | void | lapsed`.
 */
import type { Role } from '../identity/person.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Digest } from '../kernel/digest.ts'

export type RequestState = 'pending' | 'approved' | 'denied' | 'expired' | 'cancelled'
export type Strength = 'confirm' | 'approve' | 'dual'

/** Who keeps the call alive while it waits: the open response, a task handle, or nobody (DESIGN 9). */
export type Claim = 'stream' | 'task' | 'none'

/** A yes before the evidence was opened is refused, or let through and reported (R93). */
export type EvidenceRule = 'refuse' | 'flag'

/** One signature the policy asks for. All needs of a request must be met by different people. */
export type Need = {
  readonly role: Role
  readonly strength: Strength
  readonly policyIds: readonly string[]
}

/** How far a request climbed towards somebody who answers (DESIGN 9). */
export type Ladder = {
  /** Everybody who was paged, the first one first. */
  readonly paged: readonly string[]
  readonly lastPagedAtMs: InstantMs
  /** True once half the time was over and the next role was tried. */
  readonly isPastHalf: boolean
}

export type Risk = {
  /** The worst criticality among the targets; 5 for one the inventory does not know. */
  readonly criticality: number
  readonly targets: number
  readonly environments: readonly string[]
  /** Severity of the case when it was asked; 1 is the worst. */
  readonly severity: number
}

export type ApprovalRequest = {
  readonly tenant: string
  readonly id: string
  readonly call: string
  readonly task: string
  readonly agent: string
  readonly caseId: string
  readonly onBehalfOf: string
  /** The agent's human owner; may not alone approve what is irreversible. */
  readonly agentOwner: string
  readonly tool: string
  readonly action: string
  readonly effect: string
  readonly isIrreversible: boolean
  readonly fingerprint: Digest
  readonly actionDigest: Digest
  /**
   * Entry id of `approval.requested`. Its payloads: `statement` (canonical JSON whose digest is `actionDigest`,
   * what a person signs), `package` (the facts shown with it) and `intent` (what will be sent if it is a yes).
   */
  readonly requestEntry: string
  readonly needs: readonly Need[]
  /** Ids that a yes discharges. */
  readonly policyIds: readonly string[]
  readonly ruleDigest: Digest
  readonly definitionDigest: Digest
  readonly owner?: string
  /** The role that has to answer instead of the one the first need names, since the request climbed. */
  readonly accountable?: Role
  /** Whom the request was put to and when the next step is due; absent once nobody is left to ask. */
  readonly ladder?: Ladder
  /** How much is at stake, as the limits of roles measure it. */
  readonly risk?: Risk
  readonly claim: Claim
  /** True when the yes also upgrades the task's purpose to `respond` (R10). */
  readonly upgradesPurpose: boolean
  readonly state: RequestState
  /** `superseded`, `stopped`, `modified`, `expired_unseen`, `expired_while_viewing`, `withdrawn`, a deny reason. */
  readonly reasonCode?: string
  readonly createdAtMs: InstantMs
  readonly expiresAtMs: InstantMs
  readonly decidedAtMs?: InstantMs
  readonly decidedBy?: string
  readonly viewedAtMs?: InstantMs
  /** When something is due for the request before it expires: the next page, half the time, the end of a shift. */
  readonly dueAtMs?: InstantMs
  /** Entry id of the deciding entry; its payloads hold `reason` and, when modified, `arguments`. */
  readonly decisionEntry?: string
  /** Who said "I have it" first. It stops nobody's clock and releases nothing. */
  readonly acknowledgedAtMs?: InstantMs
  readonly acknowledgedBy?: string
  /** The request whose arguments a person changed into these, and that person: not the only signer here. */
  readonly modifiedFrom?: string
  readonly modifiedBy?: string
  /** With reason `modified`: the fingerprint of the call the person wants instead. */
  readonly suggestedFingerprint?: Digest
  /** What a yes without having opened the evidence leads to; absent: nothing is asked. */
  readonly evidenceRule?: EvidenceRule
  /** Set when it asks about a plan: `fingerprint` is then the plan digest, and `call` stands for no call. */
  readonly plan?: string
  /** When the grant ends, where that is not the usual time after the yes: the deadline of a plan. */
  readonly grantUntilMs?: InstantMs
  readonly revision: number
}

export type GrantState = 'live' | 'consumed' | 'void' | 'lapsed'

export type Grant = {
  readonly tenant: string
  readonly id: string
  readonly request: string
  readonly fingerprint: Digest
  readonly actionDigest: Digest
  readonly ruleDigest: Digest
  readonly policyIds: readonly string[]
  /** Everybody who signed; suspension of any of them voids the grant. */
  readonly people: readonly string[]
  /** The keys they signed with; empty where no key was asked for, absent where the books do not say. */
  readonly passkeys?: readonly string[]
  /** Given by one person because nobody entitled could be reached; it stays open to a review. */
  readonly isEmergency?: true
  readonly state: GrantState
  readonly grantedAtMs: InstantMs
  readonly expiresAtMs: InstantMs
}

/** One person's signature under one request, towards one of its needs; or advice that releases nothing. */
export type Signature = {
  readonly tenant: string
  readonly request: string
  readonly person: string
  /** The role of the need it meets. */
  readonly role: Role
  /** The role the person signed in, when it is not the one of the need: the request had climbed. */
  readonly heldAs?: Role
  /** The delegation the person signed under, when the role is not their own. */
  readonly delegation?: string
  readonly certificate?: string
  /** The key it was signed with, from `contain` up. */
  readonly passkey?: string
  readonly atMs: InstantMs
}
