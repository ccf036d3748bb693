/**
 * A backend that lends credentials, as its adapter is told of it. Secrets are read anew for each use, so that a new
 * one needs no restart.
 */
import type { TermsOf } from './broker-terms.ts'

type Secret = () => string

type Common = {
  /** `[a-z0-9-]{1,20}`. What is made at the backend bears it: two installations must not share one there. */
  readonly id: string
  /** However long the backend would allow. */
  readonly maxTtlMs: number
}

export type PostgresTerms = TermsOf<{
  /** Roles without a login whose grants are what the tool needs; the role of a lease becomes a member. */
  readonly roles: readonly [string, ...string[]]
}>

export type PostgresBrokerSpec = Common & {
  readonly kind: 'postgres'
  readonly host: string
  readonly port: number
  readonly database: string
  /** May create roles and hand on those of the terms; not a superuser. */
  readonly user: string
  readonly password: Secret
  /** `none` only where the configuration proved that the server is this machine. */
  readonly security: 'tls' | 'none'
  /** PEM of the authority that signed the server's certificate, beside the usual ones. */
  readonly ca?: Secret
  readonly terms: readonly PostgresTerms[]
}

export type SealedBrokerSpec = {
  readonly kind: 'sealed'
  readonly id: string
  /** Name of the secret in the store. */
  readonly secret: string
}

export type BrokerSpec = SealedBrokerSpec | PostgresBrokerSpec
