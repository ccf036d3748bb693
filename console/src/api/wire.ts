/** The wire's shapes, read off the contract's own schemas. Types only: no schema library reaches the browser. */
import type { agent, agentPosture, agentUnderWay } from '../../../src/contract/agents.ts'
import type {
  approval,
  approvalCounts,
  approvalList,
  approvalListed,
  decisionAnswer,
  queueView,
} from '../../../src/contract/approvals.ts'
import type { asset, call, caseRecord } from '../../../src/contract/cases.ts'
import type { change, changeAnswer, shownChange } from '../../../src/contract/changes.ts'
import type { containment, undoShown } from '../../../src/contract/effects.ts'
import type { checkpoint, inclusion } from '../../../src/contract/ledger.ts'
import type { oversight } from '../../../src/contract/oversight.ts'
import type { passkey } from '../../../src/contract/passkeys.ts'
import type { certificate, person, shift } from '../../../src/contract/people.ts'
import type { plan } from '../../../src/contract/plans.ts'
import type {
  activeBundle,
  bundle,
  policyExplanation,
  policyTestReport,
} from '../../../src/contract/policies.ts'
import type { coverageReport } from '../../../src/contract/roster.ts'
import type { budget, running } from '../../../src/contract/running.ts'
import type { me } from '../../../src/contract/sessions.ts'
import type { standingPlan } from '../../../src/contract/standing.ts'
import type { stop } from '../../../src/contract/stops.ts'
import type { task } from '../../../src/contract/tasks.ts'
import type {
  alertCluster,
  alertClusters,
  evidenceList,
  evidenceRecord,
  payloadRecord,
  timeline,
} from '../../../src/contract/timeline.ts'
import type { tool, toolDiff } from '../../../src/contract/tools.ts'

type Output<Schema extends { readonly _zod: { readonly output: unknown } }> =
  Schema['_zod']['output']

export type Agent = Output<typeof agent>
export type UnderWay = Output<typeof agentUnderWay>
export type Posture = Output<typeof agentPosture>
export type ApprovalListed = Output<typeof approvalListed>
export type QueuePage = Output<typeof approvalList>
export type QueueCounts = Output<typeof approvalCounts>
export type QueueView = Output<typeof queueView>
export type QueueFilter = { readonly view: QueueView; readonly q: string }
export type ActiveBundle = Output<typeof activeBundle>
export type Bundle = Output<typeof bundle>
export type TestReport = Output<typeof policyTestReport>
export type Explanation = Output<typeof policyExplanation>
export type Asset = Output<typeof asset>
export type Change = Output<typeof change>
export type ChangeAnswer = Output<typeof changeAnswer>
export type ShownChange = Output<typeof shownChange>
export type Approval = Output<typeof approval>
export type DecisionAnswer = Output<typeof decisionAnswer>
export type Case = Output<typeof caseRecord>
export type Me = Output<typeof me>
export type Person = Output<typeof person>
export type AlertCluster = Output<typeof alertCluster>
export type AlertClusters = Output<typeof alertClusters>
export type Evidence = Output<typeof evidenceRecord>
export type EvidenceList = Output<typeof evidenceList>
export type Payload = Output<typeof payloadRecord>
export type Timeline = Output<typeof timeline>
export type PlanShown = Output<typeof plan>
export type Certificate = Output<typeof certificate>
export type Checkpoint = Output<typeof checkpoint>
export type Inclusion = Output<typeof inclusion>
export type Call = Output<typeof call>
export type Coverage = Output<typeof coverageReport>
export type Shift = Output<typeof shift>
export type StandingPlan = Output<typeof standingPlan>
export type Stop = Output<typeof stop>
export type Tool = Output<typeof tool>
export type ToolDiff = Output<typeof toolDiff>
export type Undo = Output<typeof undoShown>
export type Containment = Output<typeof containment>
export type Budget = Output<typeof budget>
export type Running = Output<typeof running>
export type RunningSession = Running['sessions'][number]
export type RunningPlan = Running['plans'][number]
export type Task = Output<typeof task>
export type Oversight = Output<typeof oversight>
export type Passkey = Output<typeof passkey>
