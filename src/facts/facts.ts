/**
 * What a decision rests on, each value with its age and the revision it was read at. The dispatch commit
 * compares the revisions again, so nothing that was decided on old facts acts (DESIGN 3).
 */

import type { Asset } from '../case/asset.ts'
import type { Case } from '../case/case.ts'
import type { Target } from '../catalogue/tool.ts'
import type { Agent } from '../identity/agent.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Exposure, Task } from '../task/task.ts'

/** Names one guarded thing: `agent/<id>`, `task/<id>`, `exposure/<task>`, `case/<id>`, `asset/<kind>/<name>`,
 * `tool/<upstream>/<kind>/<name>`, `tools` (raised with each of them), `person/<id>`, `policy`, `roster`, `stop`. */
export type FactKey = string

/** Key to the revision the decision saw. A key that has no row has revision 0. */
export type Seen = { readonly [key: FactKey]: number }

/** A stop that is on. `writes` halts everything from `influence` up in the tenant. */
export type Stop = {
  readonly tenant: string
  readonly id: string
  readonly scope: 'agent' | 'tool' | 'tenant' | 'writes'
  /** Agent id or exposed tool name; absent for `tenant` and `writes`. */
  readonly subject?: string
  readonly pressedBy: string
  readonly pressedAtMs: InstantMs
}

/** A resolved target. `known` is false when the inventory has never heard of it: then it counts as critical. */
export type TargetFacts = {
  readonly target: Target
  readonly isKnown: boolean
  readonly asset: Asset
}

/** The facts whose source can be away. Their names stand in policies, entries and answers. */
export type StaleFact = 'case' | 'asset' | 'roster' | 'clock'

export type Facts = {
  readonly agent: Agent
  readonly task: Task
  readonly caseRecord: Case
  readonly caseAgeMs: number
  readonly exposure: Exposure
  readonly targets: readonly TargetFacts[]
  readonly stops: readonly Stop[]
  readonly seen: Seen
  /** What is missing, unreadable or older than allowed; empty when all is well. */
  readonly stale: readonly StaleFact[]
}
