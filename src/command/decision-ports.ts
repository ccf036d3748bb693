/**
 * What a face may ask of the people's verbs on approval requests and stops. Every input names the person and,
 * for a decision, the digest that person saw; nothing is taken from ambient state.
 */
import type { FailingTest } from '../approval/eligibility.ts'
import type { EmergencyRefusal } from '../approval/emergency.ts'
import type { GroupVerdict } from '../approval/group.ts'
import type { ApprovalRequest } from '../approval/request.ts'
import type { Stop } from '../facts/facts.ts'
import type { Assertion } from '../identity/passkey.ts'
import type { Person } from '../identity/person.ts'
import type { Receipt } from '../kernel/entry.ts'
import type { JsonObject } from '../kernel/strict-json.ts'

/** A person looking at or acting on one request. */
export type RequestInput = {
  readonly tenant: string
  readonly person: Person
  readonly requestId: string
}

/**
 * A decision. `seenDigest` is the action digest the person was shown; another one is `seen_digest_mismatch`.
 * `reason` is the person's own sentence, stored as a payload, never in an entry; empty is `reason_required`.
 */
export type DecisionInput = RequestInput & {
  readonly seenDigest: string
  readonly reason: string
  /** Names of the consequences the person acknowledges; a yes of the owner needs all of them (R136). */
  readonly acknowledged?: readonly string[]
  /** The person's signature over `seenDigest`; a yes from `contain` up needs one. */
  readonly assertion?: Assertion
}

/** The decision to have the act, but with these arguments. */
export type ModifyInput = DecisionInput & { readonly arguments: JsonObject }

/** One decision for several requests; `seenDigest` of the whole is the digest of the group statement. */
export type GroupInput = {
  readonly tenant: string
  readonly person: Person
  readonly verdict: GroupVerdict
  readonly members: readonly { readonly requestId: string; readonly seenDigest: string }[]
  /** Named so that the record shows what was left out on purpose. */
  readonly excluded: readonly { readonly requestId: string; readonly seenDigest: string }[]
  readonly seenDigest: string
  readonly reason: string
  readonly acknowledged?: readonly string[]
  /** The person's signature over `seenDigest`; a yes needs one when any member reaches `contain`. */
  readonly assertion?: Assertion
}

export type GroupOutcome = {
  readonly id: string
  readonly digest: string
  readonly decided: readonly Omit<DecisionOutcome, 'receipts'>[]
  readonly receipts: readonly Receipt[]
}

/** A question to the agent, in the person's own words. */
export type AskInput = RequestInput & { readonly question: string }

/** The agent's side taking its own request back, or a person cancelling it. */
export type WithdrawInput = {
  readonly tenant: string
  readonly by:
    | { readonly kind: 'person'; readonly person: Person }
    | { readonly kind: 'agent'; readonly id: string; readonly task: string }
  readonly requestId: string
  readonly reason: string
}

/**
 * What became of it. `released`: a live grant exists. `co-signed`: counted, another signature is still
 * missing. `advised`: recorded, but the person was not entitled and nothing was released (R152).
 */
export type DecisionOutcome = {
  readonly kind:
    | 'released'
    | 'co-signed'
    | 'advised'
    | 'denied'
    | 'taken-over'
    | 'cancelled'
    | 'acknowledged'
    | 'modified'
    | 'asked'
    | 'escalated'
  readonly request: ApprovalRequest
  readonly grantId?: string
  /** With `advised`: the eligibility test that failed (R131). */
  readonly failing?: FailingTest
  readonly receipts: readonly Receipt[]
}

/** Whether the person could release the request now; when not, which test fails first. */
export type Eligibility = {
  /** How often the person signed it before: part of what their key signs next (`ledger/sign-again.ts`). */
  readonly again: number
  /** While it waits: what keeps the person from releasing it alone, `undefined` when nothing does. */
  readonly emergency?: { readonly refusal: EmergencyRefusal | undefined }
} & (
  | { readonly isEligible: true; readonly role: string; readonly certificate: string }
  | {
      readonly isEligible: false
      readonly failing: FailingTest
      readonly mayTakeOver: boolean
      /** What fails in plain words, and what helps. */
      readonly says: string
      readonly next: string
    }
)

/**
 * Failures: `not_found`, `not_permitted`, `not_eligible`, `approval_closed`, `approval_expired`,
 * `seen_digest_mismatch`, `reason_required`. Each success is durable when the promise resolves.
 */
export type ApprovalCommands = {
  readonly view: (input: RequestInput) => Promise<ApprovalRequest>
  readonly approve: (input: DecisionInput) => Promise<DecisionOutcome>
  readonly deny: (input: DecisionInput) => Promise<DecisionOutcome>
  readonly takeOver: (input: DecisionInput) => Promise<DecisionOutcome>
  /** Who may decide says that they have it; nothing else changes. */
  readonly acknowledge: (input: RequestInput) => Promise<DecisionOutcome>
  /** Ends the request; the agent is to call again with other arguments. */
  readonly modify: (input: ModifyInput) => Promise<DecisionOutcome>
  /** All members or none; `group_refused` names those that stand in the way. */
  readonly group: (input: GroupInput) => Promise<GroupOutcome>
  readonly ask: (input: AskInput) => Promise<DecisionOutcome>
  /** The next role becomes accountable. Throws `nobody_above` too. */
  readonly escalate: (input: DecisionInput) => Promise<DecisionOutcome>
  /** One person alone, because nobody entitled can be reached. Throws `emergency_refused` too. */
  readonly releaseInEmergency: (input: DecisionInput) => Promise<DecisionOutcome>
  readonly withdraw: (input: WithdrawInput) => Promise<DecisionOutcome>
  /** Reads only. */
  readonly eligibility: (input: RequestInput) => Promise<Eligibility>
}

export type PressInput = {
  readonly tenant: string
  readonly person: Person
  readonly scope: Stop['scope']
  /** Agent id or exposed tool name; with `tenant` and `writes` it must be absent. */
  readonly subject?: string
  readonly reason: string
}

export type ReleaseInput = {
  readonly tenant: string
  readonly person: Person
  readonly stopId: string
  readonly reason: string
}

/** Anybody on the rota presses (R146); only resuming is restricted. Failures: `not_found`, `not_permitted`. */
export type StopCommands = {
  readonly press: (
    input: PressInput,
  ) => Promise<{ readonly stop: Stop; readonly receipts: readonly Receipt[] }>
  readonly release: (input: ReleaseInput) => Promise<{ readonly receipts: readonly Receipt[] }>
  readonly list: (tenant: string) => Promise<readonly Stop[]>
}
