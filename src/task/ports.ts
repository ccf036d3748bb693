import type { Tx } from '../kernel/commit.ts'
import type { Exposure, Purpose, Task } from './task.ts'

export type TaskStore = {
  readonly byId: (tenant: string, id: string) => Promise<Task | undefined>
  readonly list: (tenant: string) => Promise<readonly Task[]>
  readonly put: (tx: Tx, task: Task) => Promise<void>
  readonly exposure: (tenant: string, task: string) => Promise<Exposure>
  /** Adds labels and sources; never removes. Raises the exposure's revision only when something was added. */
  readonly addExposure: (
    tx: Tx,
    task: string,
    labels: readonly string[],
    untrustedSources: readonly string[],
  ) => Promise<void>
  /** Remembers the sources a person was shown with an approval that was used. Raises the exposure's revision. */
  readonly approveSources: (tx: Tx, task: string, sources: readonly string[]) => Promise<void>
}

/** What a task token says, after its signature, audience and time were checked. */
export type TaskClaims = {
  readonly tenant: string
  readonly agent: string
  readonly task: string
  readonly onBehalfOf: string
  readonly tokenId: string
  readonly expiresAtMs: number
}

/** What is written into a task token: its claims, and what a resource server reads without asking us (R20). */
export type TokenContent = TaskClaims & {
  /** The registered subject of the agent, `act.sub`. */
  readonly agentSubject: string
  readonly caseId: string
  readonly purpose: Purpose
  readonly scope: readonly string[]
}

/** Signs and reads `at+jwt` task tokens (RFC 9068 shape, ES256, at most 5 minutes). */
export type TokenSigner = {
  readonly sign: (content: TokenContent, issuedAtMs: number) => Promise<string>
  /** Throws `not_authenticated`, `token_expired` or `token_wrong_audience`. */
  readonly read: (token: string, nowMs: number) => Promise<TaskClaims>
}
