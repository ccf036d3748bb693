/** What a gateway may be given beside its configuration; a server gives nothing. */
import type { Log } from './kernel/log.ts'
import type { HostTime } from './kernel/steady-clock.ts'
import type { CredentialBroker } from './lease/ports.ts'

export type GatewayOptions = {
  readonly log?: Log
  readonly clock?: HostTime
  /** Brokers beside those of the configuration. */
  readonly brokers?: readonly CredentialBroker[]
  /** Where a crash test may strike; labels of the store and of the spine. */
  readonly at?: (label: string) => void
}
