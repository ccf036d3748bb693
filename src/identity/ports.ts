import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Agent, AgentKey } from './agent.ts'
import type { Certificate, Person } from './person.ts'

/** Reads are at least as new as the last commit of this node. Writers take the open transaction. */
export type AgentStore = {
  readonly bySubject: (
    subject: string,
  ) => Promise<{ agent: Agent; keys: readonly AgentKey[] } | undefined>
  readonly byId: (tenant: string, id: string) => Promise<Agent | undefined>
  readonly list: (tenant: string) => Promise<readonly Agent[]>
  readonly put: (tx: Tx, agent: Agent) => Promise<void>
  readonly putKey: (tx: Tx, key: AgentKey) => Promise<void>
  /**
   * Remembers an assertion id until it expires. Throws `token_replayed` when it was seen before; two parallel
   * presentations of one assertion cannot both pass.
   */
  readonly spendAssertion: (
    tx: Tx,
    agent: string,
    jti: string,
    expiresAtMs: InstantMs,
  ) => Promise<void>
}

export type PersonStore = {
  readonly byId: (tenant: string, id: string) => Promise<Person | undefined>
  readonly list: (tenant: string) => Promise<readonly Person[]>
  /** By the SHA-256 (hex) of the person's API token; undefined when unknown or revoked. */
  readonly byTokenHash: (tokenHash: string) => Promise<Person | undefined>
  readonly certificates: (tenant: string, person: string) => Promise<readonly Certificate[]>
  readonly put: (tx: Tx, person: Person) => Promise<void>
  readonly putTokenHash: (
    tx: Tx,
    tenant: string,
    person: string,
    tokenHash: string,
  ) => Promise<void>
  readonly putCertificate: (tx: Tx, certificate: Certificate) => Promise<void>
}
