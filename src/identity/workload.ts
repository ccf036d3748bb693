/**
 * The workload JWT (RFC 7523 shape): what an agent signs with its own registered key to prove who it is. The
 * port reads and verifies; which keys count is for the caller to say.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { AgentKey } from './agent.ts'

/** What an unverified JWT claims, good only for finding the keys to verify it with. */
export type ClaimedWorkload = { readonly subject: string; readonly keyId: string }

/** A verified assertion. `jti` must be spent once within `expiresAtMs` by whoever accepts it. */
export type WorkloadAssertion = {
  readonly subject: string
  readonly jti: string
  readonly expiresAtMs: InstantMs
}

export type WorkloadReader = {
  /** Throws `not_authenticated` when the text is no JWT of the accepted shape. */
  readonly peek: (jwt: string) => ClaimedWorkload
  /**
   * Verifies signature (ES256 or EdDSA by one of `keys`, chosen by `kid`), issuer and subject, audience, and
   * times: at most 300 s ahead, issued not in the future. Throws `not_authenticated`, `token_expired`,
   * `token_wrong_audience`.
   */
  readonly verify: (jwt: string, expected: ExpectedWorkload) => Promise<WorkloadAssertion>
}

export type ExpectedWorkload = {
  readonly subject: string
  /** Live keys only. */
  readonly keys: readonly AgentKey[]
  readonly audience: string
  readonly nowMs: InstantMs
}
