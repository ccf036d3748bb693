/** The answer of the policy: allow, deny, or hold until named obligations are met. */
import type { Role } from '../identity/person.ts'
import type { Digest } from '../kernel/digest.ts'
import type { FailureCode } from '../kernel/failure.ts'

/** What must be true before a held call may run. Written on a forbid policy; its id is what gets discharged. */
export type Obligation = {
  readonly policyId: string
  readonly requires: 'confirm' | 'approve' | 'dual'
  /** A role, or `owner`: whoever the ownership table names for (class, tenant, environment). */
  readonly role: Role | 'owner'
  readonly coSigners: readonly Role[]
  readonly reason: string
  readonly control: string
}

export type Decision = {
  readonly kind: 'allow' | 'deny' | 'hold'
  /** Ids of the determining policies, sorted; also those that would let a held call pass. */
  readonly policyIds: readonly string[]
  /** A code of the catalogue of failures for deny; `pending_approval` for hold; `allowed` for allow. */
  readonly reason: FailureCode | 'allowed'
  readonly detail: string
  readonly obligations: readonly Obligation[]
  /** False when the action's class is monitored: recorded as decided, but the call passes. */
  readonly isEnforced: boolean
  readonly ruleDigest: Digest
  readonly bundleDigest: Digest
}
