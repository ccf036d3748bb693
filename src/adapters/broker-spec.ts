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

export type SshTerms = TermsOf<{
  /** Whom the host lets in by the certificate (`AuthorizedPrincipalsFile`, or the login name). */
  readonly principal: string
  /** All that can be run with it; `{kind}` is the one target of that kind. The host's shell reads it. */
  readonly command: string
}>

export type SshBrokerSpec = Common & {
  readonly kind: 'ssh'
  /** Private key of the user certificate authority, without a passphrase; its `.pub` lies beside it. */
  readonly authorityFile: string
  /** Addresses and networks the certificate may be used from: those of the tool servers. */
  readonly sources: readonly [string, ...string[]]
  /** Key revocation list that hosts read (`RevokedKeys`), and how long it takes to reach the last of them. */
  readonly revocation?: { readonly file: string; readonly reachesMs: number }
  readonly terms: readonly SshTerms[]
}

export type VaultTerms = TermsOf<{
  /** Of the token a lease is read with; none beyond these. */
  readonly policies: readonly [string, ...string[]]
  /** What is read, without `/v1/`, e.g. `database/creds/readonly`; `{kind}` is the one target of that kind. */
  readonly path: string
  /** Written to the path instead of reading it. */
  readonly parameters?: Readonly<Record<string, string>>
}>

export type VaultBrokerSpec = Common & {
  readonly kind: 'vault'
  readonly url: string
  readonly namespace?: string
  /** May create tokens (of `role`, where given) and revoke by accessor. */
  readonly token: Secret
  /** Token role tokens are created against. */
  readonly role?: string
  /** The token may also list accessors and look them up: what a crash left is then found. */
  readonly mayList: boolean
  readonly terms: readonly VaultTerms[]
}

export type AwsTerms = TermsOf<{
  readonly roleArn: string
  /** Session policy as JSON; `{kind}` is the one target of that kind. The session can do what both it and the role allow. */
  readonly policy: string
}>

export type AwsBrokerSpec = Common & {
  readonly kind: 'aws'
  readonly region: string
  /** `https://sts.<region>.amazonaws.com` unless told. */
  readonly url: string
  readonly accessKeyId: Secret
  readonly secretAccessKey: Secret
  readonly terms: readonly AwsTerms[]
}

export type GithubTerms = TermsOf<{
  /** Names without their owner; `{kind}` is the one target of that kind. */
  readonly repositories: readonly [string, ...string[]]
  readonly permissions: Readonly<Record<string, 'read' | 'write'>>
}>

export type GithubBrokerSpec = Common & {
  readonly kind: 'github'
  readonly url: string
  /** Client id of the app, or its number. */
  readonly app: string
  readonly installation: string
  /** PEM as GitHub gives it. */
  readonly privateKey: Secret
  readonly terms: readonly GithubTerms[]
}

export type OauthTerms = TermsOf<{
  readonly scopes: readonly [string, ...string[]]
}>

export type OauthBrokerSpec = Common & {
  readonly kind: 'oauth'
  readonly tokenUrl: string
  /** RFC 7009. Without it nothing can be taken back. */
  readonly revocationUrl?: string
  readonly clientId: string
  readonly clientSecret: Secret
  /** RFC 8693: the token that is exchanged; without it, client credentials. */
  readonly subjectToken?: Secret
  readonly subjectTokenType?: string
  /** RFC 8707: sends the address of the tool server as `resource`. */
  readonly sendsResource: boolean
  readonly terms: readonly OauthTerms[]
}

export type SealedBrokerSpec = {
  readonly kind: 'sealed'
  readonly id: string
  /** Name of the secret in the store. */
  readonly secret: string
}

export type BrokerSpec =
  | SealedBrokerSpec
  | PostgresBrokerSpec
  | SshBrokerSpec
  | VaultBrokerSpec
  | AwsBrokerSpec
  | GithubBrokerSpec
  | OauthBrokerSpec
