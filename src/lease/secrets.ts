/**
 * Secrets the operator keeps here for tools that have no broker: long-lived, broader than any one call, listed with
 * their age so that they do not stay for ever.
 *
 * Trust: who can change the rows can make a tool server be called with another secret, or with none; without the
 * key-encryption key nobody reads or forges one.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { SecretFields } from './material.ts'

export type SealedSecret = {
  readonly tenant: string
  readonly name: string
  /** Names of what is inside, sorted. */
  readonly fields: readonly string[]
  readonly sealedBy: string
  readonly sealedAtMs: InstantMs
}

export type SecretStore = {
  /** A new one, or the new value of one there is. */
  readonly put: (tx: Tx, secret: SealedSecret, values: SecretFields) => Promise<void>
  /** False when there is none. */
  readonly remove: (tx: Tx, name: string) => Promise<boolean>
  readonly list: (tenant: string) => Promise<readonly SealedSecret[]>
  /** In clear, for `sealIn` and nothing else. Undefined when there is none; throws `payload_unreadable`. */
  readonly open: (tenant: string, name: string) => Promise<SecretFields | undefined>
}
