/**
 * What the checkers of the record read and say. Codes are stable: they appear in `--json` output.
 */
import type { Entry } from './entry-rules.ts'

/** One code per rule; each rule is explained where it is checked (invariants.ts, call-rules.ts, lease-rules.ts, plan-rules.ts). */
export type InvariantCode =
  | 'case_sequence_gap'
  | 'case_link_wrong'
  | 'citation_wrong'
  | 'call_missing'
  | 'dispatch_without_decision'
  | 'dispatch_without_lease'
  | 'dispatch_without_grant'
  | 'dispatch_after_refusal'
  | 'attempt_dispatched_twice'
  | 'lease_without_decision'
  | 'lease_without_request'
  | 'lease_outlives_request'
  | 'lease_outlives_task'
  | 'lease_issued_twice'
  | 'lease_ended'
  | 'outcome_without_dispatch'
  | 'outcome_twice'
  | 'grant_unknown'
  | 'grant_used_twice'
  | 'grant_voided'
  | 'grant_for_other_action'
  | 'request_unknown'
  | 'request_closed_twice'
  | 'request_for_other_action'
  | 'action_digest_changed'
  | 'plan_unknown'
  | 'plan_not_approved'
  | 'plan_ended'
  | 'plan_order'

/** A broken rule, at the entry that breaks it. `detail` holds ids and labels only. */
export type InvariantFinding = {
  readonly code: InvariantCode
  readonly index: number
  readonly detail: string
}

/** An entry with its proved place. `leaf` is its leaf hash, hex. */
export type PlacedEntry = { readonly index: number; readonly leaf: string; readonly entry: Entry }

/** The sum over a case or a log. */
export type InvariantReport = {
  readonly findings: readonly InvariantFinding[]
  /** Entries that were dispatched and have no outcome yet: still running, or left by a crash. */
  readonly open: readonly { readonly index: number; readonly call: string }[]
  /** Dispatched, and the last word on the effect is that it is not known. */
  readonly unknown: readonly { readonly index: number; readonly call: string }[]
  /** Dispatched although policy said no, because the action class is only monitored. */
  readonly monitored: readonly { readonly index: number; readonly call: string }[]
  /** Citations of entries that were not given; only a whole log can settle them. */
  readonly citedOutside: number
  readonly dispatched: number
}

/** Told of each broken rule. */
export type Report = (code: InvariantCode, at: PlacedEntry, detail: string) => void
