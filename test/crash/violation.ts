/** What can be wrong after a crash. */
export type ViolationCode =
  /** A tool server got a call that has no durable dispatch. */
  | 'acted_without_dispatch'
  /** A tool server got a call more often than it was dispatched. */
  | 'acted_twice'
  /** The record says that something was applied, and no tool server ever got it. */
  | 'applied_without_act'
  /** Something was answered that is not in the record. */
  | 'answer_lost'
  /** What was once in the record, or once signed, is not there any more. */
  | 'history_changed'
  | 'head_wrong'
  /** A dispatch without an outcome, although the gateway was started again. */
  | 'outcome_missing'
  | 'outcome_twice'
  | 'lease_live'
  /** Something was changed under a credential that is on no record as lent for a call. */
  | 'acted_without_lease'
  | 'call_in_flight'
  | 'grant_reused'
  | 'grant_state_wrong'
  | 'request_lost'
  /** A rule between entries does not hold (ledger/invariants.ts). */
  | 'rule_broken'
  | 'ledger_check_failed'
  | 'export_not_verified'
  | 'not_started'
  | 'gateway_error'
  | 'surprise'
  /** What the record says of an effect is not what the target shows, once it could be looked at. */
  | 'effect_untold'
  /** A yes that was given and not used is gone. */
  | 'yes_lost'
  /** What was ordered to be taken back is still there. */
  | 'not_lifted'

export type Violation = { readonly code: ViolationCode; readonly detail: string }

export const found = (code: ViolationCode, detail: string): Violation => ({ code, detail })
