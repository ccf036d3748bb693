/**
 * A recorded result of a governed call. Recommendations cite evidence by id, so a model cannot invent any.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Digest } from '../kernel/digest.ts'

export type Evidence = {
  readonly tenant: string
  readonly id: string
  readonly caseId: string
  readonly task: string
  readonly call: string
  readonly tool: string
  /** SHA-256 of the recorded result bytes; the bytes are the payload `result` of the outcome entry. */
  readonly digest: Digest
  readonly outcomeEntry: string
  readonly labels: readonly string[]
  readonly atMs: InstantMs
}

/** What a model advises. Stored as its claim; it starts nothing by itself (R70). */
export type Recommendation = {
  readonly tenant: string
  readonly id: string
  readonly caseId: string
  readonly task: string
  readonly agent: string
  /** `advisory` when it proposes nothing that can be executed, else `proposed`. */
  readonly status: 'advisory' | 'proposed' | 'accepted' | 'rejected' | 'overridden'
  readonly owner: string
  readonly evidence: readonly string[]
  readonly entry: string
  readonly atMs: InstantMs
}

export type EvidenceStore = {
  readonly byId: (tenant: string, id: string) => Promise<Evidence | undefined>
  readonly listOfCase: (tenant: string, caseId: string) => Promise<readonly Evidence[]>
  readonly put: (tx: Tx, evidence: Evidence) => Promise<void>
  readonly putRecommendation: (tx: Tx, recommendation: Recommendation) => Promise<void>
  readonly recommendationsOfCase: (
    tenant: string,
    caseId: string,
  ) => Promise<readonly Recommendation[]>
}
