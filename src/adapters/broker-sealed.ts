/**
 * Lends a secret of the operator that lies sealed in the store. It is the same for every lease, so it is broader than
 * any call needs and nothing can be taken back: what ends with the lease is that the gateway sends it. Read anew
 * for each lease, so a new value holds from the next call on.
 */
import { codeOf, Failure } from '../kernel/failure.ts'
import { sealIn } from '../lease/material.ts'
import type { CredentialBroker, IssueRequest } from '../lease/ports.ts'
import type { SecretStore } from '../lease/secrets.ts'
import type { SealedBrokerSpec } from './broker-spec.ts'

/** The last instant an entry can spell: whoever kept the secret can use it until it is changed at the tool. */
const NO_END_MS = Date.UTC(9999, 11, 31, 23, 59, 59)
/** No backend has a say. */
const LONGEST_MS = 24 * 3_600_000

export function createSealedBroker(
  { id, secret }: SealedBrokerSpec,
  secrets: Pick<SecretStore, 'open'>,
): CredentialBroker {
  return {
    id,
    kind: 'sealed',
    capabilities: {
      perTask: false,
      downscopes: false,
      revokesNow: false,
      killsSessions: false,
      minTtlMs: 1,
      maxTtlMs: LONGEST_MS,
    },
    issue: async ({ tenant, nowMs, ttlMs }: IssueRequest) => {
      const fields = await secrets.open(tenant, secret).catch((cause: unknown) => {
        if (codeOf(cause) !== 'payload_unreadable') throw cause
        throw new Failure('broker_refused', `the secret ${secret} does not open`, { cause })
      })
      if (fields === undefined) {
        throw new Failure('broker_refused', `there is no secret ${secret}`)
      }
      const expiresAtMs = nowMs + ttlMs
      return {
        material: sealIn(fields),
        expiresAtMs,
        residualUntilMs: NO_END_MS,
      }
    },
    revoke: async () => ({ isRevoked: false, residualUntilMs: NO_END_MS }),
    // No `reconcile`: nothing is made, so nothing can be left over.
  }
}
