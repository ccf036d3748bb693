/**
 * People somebody marked as suspect in a case (R131). Only a person marks, with a reason; that a name merely
 * occurs in a case marks nobody. A marked person signs nothing in that case.
 */
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'

export type Suspect = {
  readonly tenant: string
  readonly caseId: string
  readonly person: string
  readonly markedBy: string
  readonly markedAtMs: InstantMs
}

/** Both writers raise `person/<id>`, so that a signature given at the same time is judged again. */
export type SuspectStore = {
  readonly suspectsOf: (tenant: string, caseId: string) => Promise<readonly Suspect[]>
  /** False when the person is marked already. */
  readonly mark: (tx: Tx, suspect: Suspect) => Promise<boolean>
  /** False when the person was not marked. */
  readonly clear: (tx: Tx, tenant: string, caseId: string, person: string) => Promise<boolean>
}
