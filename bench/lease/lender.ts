/** A broker of one kind with its backend, and the least that can be asked of that backend. */
import type { CredentialBroker } from '../../src/lease/ports.ts'

export type Lender = {
  readonly broker: CredentialBroker
  /** What one round trip is called, e.g. "one request". */
  readonly floorName: string
  readonly floor: () => Promise<void>
  /** Not shorter than the backend lends for. */
  readonly ttlMs: number
  readonly close: () => Promise<void>
}
