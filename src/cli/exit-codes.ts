/** What the command line answers to scripts. Part of what must stay stable (DESIGN 11); pinned by a test. */
import type { FailureCode } from '../kernel/failure.ts'

export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  denied: 3,
  /** A person has to decide still, or nobody did in time. */
  pending: 4,
  verificationFailed: 5,
  notPermitted: 6,
  unreachable: 7,
  /** Nothing is false, but not everything could be verified, or the signer is not trusted. */
  incomplete: 8,
} as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** The command line itself was wrong: what was given cannot mean anything. */
const USAGE: readonly FailureCode[] = [
  'usage_invalid',
  'request_invalid',
  'reason_required',
  'details_invalid',
]
/** Policy, a person or a stop said no to the agent's work. */
const DENIED: readonly FailureCode[] = [
  'approval_denied',
  'approval_cancelled',
  'approval_modified',
  'approval_void',
  'approval_stopped',
  'approval_superseded',
  'no_permit',
  'no_permit_even_if_approved',
  'forbidden',
  'stopped',
  'purpose_forbids',
  'mode_forbids',
  'budget_exhausted',
  'target_never_touch',
]
const PENDING: readonly FailureCode[] = ['pending_approval', 'approval_expired', 'change_proposed']
/** The record does not hold: never to be mistaken for a command that merely did not work. */
const VERIFICATION: readonly FailureCode[] = [
  'ledger_entry_tampered',
  'ledger_tile_torn',
  'ledger_head_wrong',
  'policy_unrecorded',
  'store_behind_witness',
  'store_forked',
  'signer_refused',
]
/** The caller is not known, or known and not entitled. */
const NOT_PERMITTED: readonly FailureCode[] = [
  'not_authenticated',
  'token_expired',
  'token_wrong_audience',
  'token_replayed',
  'human_token_refused',
  'agent_unknown',
  'agent_not_active',
  'agent_may_not_approve',
  'not_permitted',
  'not_eligible',
  'second_person_needed',
  'cross_tenant',
]

/** The exit code of a failure; what stands in no list is 1. */
export function exitCodeOf(code: FailureCode): ExitCode {
  if (USAGE.includes(code)) return EXIT.usage
  if (DENIED.includes(code)) return EXIT.denied
  if (PENDING.includes(code)) return EXIT.pending
  if (VERIFICATION.includes(code)) return EXIT.verificationFailed
  if (NOT_PERMITTED.includes(code)) return EXIT.notPermitted
  return code === 'gateway_unreachable' ? EXIT.unreachable : EXIT.failed
}
