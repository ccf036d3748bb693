/** A brokered credential for one task, tool and target: minutes long, revocable, never seen by the agent. */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'

/** Backends that lend. `sealed`: a static secret of the operator, kept encrypted; it is not minted per lease. */
export const BROKER_KINDS = [
  'sealed',
  'postgres',
  'ssh',
  'oauth',
  'vault',
  'aws',
  'github',
] as const
export type BrokerKind = (typeof BROKER_KINDS)[number]

/** `local`: a credential the gateway holds and injects at call time. Others need a broker. */
export type LeaseKind = 'local' | BrokerKind

export type Lease = {
  readonly tenant: string
  readonly id: string
  readonly kind: LeaseKind
  readonly task: string
  readonly call: string
  readonly upstream: string
  readonly tool: string
  readonly state: 'live' | 'revoked'
  readonly issuedAtMs: InstantMs
  readonly expiresAtMs: InstantMs
  /** Of a probe or an undo, which work on while everything is stopped. */
  readonly isOwn?: true
}

/** A lease a call is using at this moment, and whose call it is. */
export type LeaseInFlight = Lease & {
  readonly agent: string
  readonly caseId: string
  readonly effect: string
}

export type LeaseStore = {
  readonly put: (tx: Tx, lease: Lease) => Promise<void>
  readonly byId: (tenant: string, id: string) => Promise<Lease | undefined>
  readonly liveOfTask: (tx: Tx, task: string) => Promise<readonly Lease[]>
  /** Live leases of agents' calls that were sent and have not come back; none of the gateway's own. */
  readonly inFlight: (tx: Tx) => Promise<readonly LeaseInFlight[]>
  /** Which of these are revoked by now. */
  readonly revokedAmong: (tenant: string, ids: readonly string[]) => Promise<readonly string[]>
  readonly revoke: (tx: Tx, id: string) => Promise<void>
}
