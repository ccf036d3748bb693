/** One requested invocation and where its life stands. */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Digest } from '../kernel/digest.ts'

export const OUTCOMES = [
  'applied_verified',
  'applied_unverified',
  'no_effect',
  'failed',
  'unknown',
] as const
export type Outcome = (typeof OUTCOMES)[number]

/** `decided` never ran (denied). `held` waits. `dispatched` may have acted. `settled` has its outcome. */
export type CallState = 'denied' | 'held' | 'dispatched' | 'settled'

export type CallRecord = {
  readonly tenant: string
  readonly id: string
  readonly task: string
  readonly agent: string
  readonly caseId: string
  readonly tool: string
  readonly upstream: string
  readonly action: string
  readonly effect: string
  readonly definitionDigest: Digest
  readonly fingerprint: Digest
  readonly state: CallState
  readonly request?: string
  readonly lease?: string
  /** Entry id of `tool.call.dispatched`. */
  readonly dispatchedEntry?: string
  /** The gateway node that dispatched it: only that one, or time, may call its outcome unknown. */
  readonly node?: string
  readonly outcome?: Outcome
  readonly evidence?: string
  /** The recommendation it carries out, as the agent said and we found recorded (R62). */
  readonly recommendation?: string
  readonly createdAtMs: InstantMs
  readonly updatedAtMs: InstantMs
}

export type CallStore = {
  readonly byId: (tenant: string, id: string) => Promise<CallRecord | undefined>
  readonly put: (tx: Tx, call: CallRecord) => Promise<void>
  /** Dispatched and without an outcome, oldest first: what a crash left behind. */
  readonly inFlight: (tenant: string) => Promise<readonly CallRecord[]>
  readonly listOfCase: (tenant: string, caseId: string) => Promise<readonly CallRecord[]>
  /** Calls of the task so far; the step number of the next one. */
  readonly countOfTask: (tenant: string, task: string) => Promise<number>
  /** Replaces the outcome `unknown` by what was seen. False, changing nothing, when it is another by now. */
  readonly resettle: (tx: Tx, id: string, outcome: Outcome, atMs: InstantMs) => Promise<boolean>
  /** Settles a dispatched call. False, changing nothing, when it already has its outcome. */
  readonly settle: (
    tx: Tx,
    id: string,
    outcome: Outcome,
    evidence: string | undefined,
    atMs: InstantMs,
  ) => Promise<boolean>
}
