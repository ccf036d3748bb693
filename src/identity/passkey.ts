/**
 * A key that a person unlocks on a device of theirs (WebAuthn). Its signature over an action is what a
 * compromised gateway cannot make up. A new key is `pending` until a second person has vouched that it is this
 * person's; whoever can write the table can put keys there, and the ledger's entries tell that nobody vouched.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Digest } from '../kernel/digest.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { Person } from './person.ts'

/** COSE algorithm numbers: ES256, and RS256 for Windows Hello. Offline verifiers stay simple with these two. */
export const PASSKEY_ALGORITHMS = [-7, -257] as const
export type PasskeyAlgorithm = (typeof PASSKEY_ALGORITHMS)[number]

export type Passkey = {
  readonly tenant: string
  readonly id: string
  readonly person: string
  /** Credential id, base64url. */
  readonly credential: string
  /** What the person calls it; their words. */
  readonly name: string
  /** COSE key. */
  readonly publicKey: Uint8Array
  /** Digest of the key as canonical JWK; its beginning is what people compare. */
  readonly keyDigest: Digest
  readonly algorithm: PasskeyAlgorithm
  readonly aaguid: string
  /** The key says it cannot leave its device. Without attestation that is the authenticator's word. */
  readonly isDeviceBound: boolean
  readonly signCount: number
  readonly state: 'pending' | 'active' | 'revoked'
  /** Who let its person in to enrol it: a person id or a part of the gateway. They may not vouch. */
  readonly introducedBy?: string
  readonly enrolledAtMs: InstantMs
  readonly enrolledEntry: string
  readonly vouchedBy?: string
  readonly vouchedAtMs?: InstantMs
  readonly vouchedEntry?: string
  readonly revokedAtMs?: InstantMs
}

/** What an authenticator answers when asked to sign; all base64url, as browsers send it. */
export type Assertion = {
  /** Credential id. */
  readonly id: string
  readonly clientDataJSON: string
  readonly authenticatorData: string
  readonly signature: string
}

export type NewKey = Pick<
  Passkey,
  'credential' | 'publicKey' | 'keyDigest' | 'algorithm' | 'aaguid' | 'isDeviceBound' | 'signCount'
>

/** A public key as JWK, for verifiers without CBOR. */
export type PasskeyJwk =
  | { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string }
  | { readonly kty: 'RSA'; readonly n: string; readonly e: string }

/**
 * Reads what authenticators answer. Computes only: it asks nobody and remembers nothing. `challenge` is
 * base64url; user verification, our origin, our rp id and one of our algorithms are always demanded.
 */
export type WebAuthn = {
  /** For `navigator.credentials.create`. */
  readonly creationOptions: (
    person: Person,
    challenge: string,
    known: readonly Passkey[],
  ) => Promise<JsonObject>
  /** For `navigator.credentials.get`; no key named: any the person has here. */
  readonly requestOptions: (challenge: string, known: readonly Passkey[]) => Promise<JsonObject>
  /** `isOurs` judges the challenge that was answered. Throws `passkey_refused`. */
  readonly readNewKey: (
    registration: JsonObject,
    isOurs: (challenge: string) => boolean,
  ) => Promise<NewKey & { readonly challenge: string }>
  /** Throws `signature_invalid`: not of this key, or over another challenge, or a counter that went back. */
  readonly check: (
    assertion: Assertion,
    passkey: Passkey,
    isOurs: (challenge: string) => boolean,
  ) => Promise<{ readonly signCount: number; readonly challenge: string; readonly jwk: PasskeyJwk }>
}

/** Challenges without a row: random, dated, and marked as ours for one use and one person. */
export type Challenges = {
  /** `subject` is the person who enrols, or empty where the answer says who it is. */
  readonly issue: (use: 'enrol' | 'login', subject: string) => string
  /** Whether it is ours, for this use and person, and fresh. */
  readonly isOurs: (challenge: string, use: 'enrol' | 'login', subject: string) => boolean
}

/** Reads are at least as new as the last commit of this node. Writers take the open transaction. */
export type PasskeyStore = {
  readonly byId: (tenant: string, id: string) => Promise<Passkey | undefined>
  /** All of a tenant, or of one person; oldest first. */
  readonly list: (tenant: string, person?: string) => Promise<readonly Passkey[]>
  /** Over all tenants, for a login that says only which key it has. */
  readonly byCredential: (credential: string) => Promise<Passkey | undefined>
  /** The key with its row locked; undefined in another tenant. */
  readonly lock: (tx: Tx, credential: string) => Promise<Passkey | undefined>
  /** Raises `person/<id>`. Throws `conflict` for a credential that is enrolled already. */
  readonly put: (tx: Tx, passkey: Passkey) => Promise<void>
  readonly setSignCount: (tx: Tx, passkey: Passkey, signCount: number) => Promise<void>
  /** False when the subject answered this challenge before. Answers are remembered for a month. */
  readonly spendChallenge: (
    tx: Tx,
    challenge: string,
    subject: string,
    atMs: InstantMs,
  ) => Promise<boolean>
}
