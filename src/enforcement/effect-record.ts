/** What a call changed that can be taken back or has to end, and where that stands. */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Outcome } from './call.ts'

/**
 * `pending`: dispatched, outcome not written yet. `standing`: in force as far as anybody knows. `held`: its end
 * has passed, people were told, it is still in force. `lifted`: taken back. `ended`: by itself. `none`: the call
 * changed nothing.
 */
export type EffectState = 'pending' | 'standing' | 'held' | 'lifted' | 'ended' | 'none'

export type EffectRecord = {
  readonly tenant: string
  /** The call that had the effect; also the id of the record. */
  readonly call: string
  readonly caseId: string
  readonly task: string
  readonly agent: string
  readonly tool: string
  readonly action: string
  readonly effect: string
  /** Entry id of the dispatch; its payload `undo` holds targets and inverse (`UndoPlan`). */
  readonly dispatchedEntry: string
  readonly hasInverse: boolean
  readonly state: EffectState
  /** Who signed for it; each may lift it for a quarter of an hour. */
  readonly approvers: readonly string[]
  readonly actedAtMs: InstantMs
  /** Containments only. */
  readonly endsAtMs?: InstantMs
  readonly atEnd?: 'hold' | 'revert' | 'self'
  /** When the sweeper has to look next; absent when nothing is left to do by itself. */
  readonly dueAtMs?: InstantMs
  /** The call that last tried to take it back. */
  readonly undo?: string
}

export type EffectStore = {
  readonly byCall: (tenant: string, call: string) => Promise<EffectRecord | undefined>
  /** Containments in force or waiting for their outcome, the next to end first. */
  readonly containments: (tenant: string) => Promise<readonly EffectRecord[]>
  /** Standing effects of all tenants that are due, the longest overdue first. */
  readonly due: (nowMs: InstantMs, limit: number) => Promise<readonly EffectRecord[]>
  readonly put: (tx: Tx, record: EffectRecord) => Promise<void>
  /** The record under lock, so that two who would lift are ordered. */
  readonly lock: (tx: Tx, call: string) => Promise<EffectRecord | undefined>
  /** Moves a pending record to what the outcome says; a call without record, or past pending, is left alone. */
  readonly conclude: (
    tx: Tx,
    call: string,
    state: EffectState,
    /** When to look at it, sooner than its end. Absent: the due time stays. */
    lookAtMs?: InstantMs,
  ) => Promise<void>
}

/** What an outcome says about the effect. One nobody knows counts as there: it must be lifted, not forgotten. */
export function stateAfter(outcome: Outcome): EffectState {
  return outcome === 'failed' || outcome === 'no_effect' ? 'none' : 'standing'
}

export function isInForce({ state }: Pick<EffectRecord, 'state'>): boolean {
  return state === 'standing' || state === 'held'
}

/** Long enough for a slow answer to be over, short enough that nobody has asked yet. */
export const FIRST_LOOK_MS = 5_000

/** When an effect that nobody knows about is looked at first. */
export function firstLookAtMs(nowMs: InstantMs): InstantMs {
  return nowMs + FIRST_LOOK_MS
}
