/** Every port over rows, one store each; what they share is how a transaction is opened. */
import type { PastDecisions } from '../approval/past-decisions.ts'
import type { PlanStore } from '../approval/plan-ports.ts'
import type { ApprovalStore } from '../approval/ports.ts'
import type { QuestionStore } from '../approval/question.ts'
import type { ApprovalQueue } from '../approval/queue.ts'
import type { ReviewStore } from '../approval/review.ts'
import type { StandingStore } from '../approval/standing-ports.ts'
import type { SuspectStore } from '../approval/suspect.ts'
import type { AssetStore } from '../case/asset.ts'
import type { CaseStore } from '../case/case.ts'
import type { DrillStore, ToolStore } from '../catalogue/ports.ts'
import type { CallStore } from '../enforcement/call.ts'
import type { EffectStore } from '../enforcement/effect-record.ts'
import type { FollowUpStore } from '../enforcement/follow-up.ts'
import type { RunningReader } from '../enforcement/running.ts'
import type { EvidenceStore } from '../evidence/evidence.ts'
import type { SafeguardStore } from '../evidence/safeguard.ts'
import type { BudgetStore, FanOutStore, RevisionStore, StopStore } from '../facts/ports.ts'
import type { DelegationStore } from '../identity/delegation.ts'
import type { PasskeyStore } from '../identity/passkey.ts'
import type { AgentStore, PersonStore } from '../identity/ports.ts'
import type { SessionStore } from '../identity/session.ts'
import type { Timetable } from '../kernel/timetable.ts'
import type { LeaseStore } from '../lease/lease.ts'
import type { ChatStore, NoticeStore } from '../notice/ports.ts'
import type { GovernedStore } from '../oversight/change.ts'
import type { OversightStore } from '../oversight/records.ts'
import type { BundleStore } from '../policy/store.ts'
import type { FeedStore, RosterStore } from '../roster/roster.ts'
import type { TaskStore } from '../task/ports.ts'
import { createAgentStore } from './agent-store.ts'
import { createApprovalQueue } from './approval-queue.ts'
import { createApprovalStore } from './approval-store.ts'
import { createAssetStore } from './asset-store.ts'
import { createBudgetStore } from './budget-store.ts'
import { createBundleStore } from './bundle-store.ts'
import { createCallStore } from './call-store.ts'
import { createCaseStore } from './case-store.ts'
import { createChatStore } from './chat-store.ts'
import { createDelegationStore } from './delegation-store.ts'
import { createDrillStore } from './drill-store.ts'
import { createEffectStore } from './effect-store.ts'
import { createEvidenceStore } from './evidence-store.ts'
import { createFanOutStore } from './fan-out-store.ts'
import { createFollowUpStore } from './follow-up-store.ts'
import { createGovernedStore } from './governed-store.ts'
import { createLeaseStore } from './lease-store.ts'
import { createNoticeStore } from './notice-store.ts'
import { createOversightStore } from './oversight-store.ts'
import { createPasskeyStore } from './passkey-store.ts'
import { createPastDecisions } from './past-decisions.ts'
import { createPersonStore } from './person-store.ts'
import { createPlanStore } from './plan-store.ts'
import { createQuestionStore } from './question-store.ts'
import { createReviewStore } from './review-store.ts'
import { createRevisionStore } from './revision-store.ts'
import { createFeedStore, createRosterStore } from './roster-store.ts'
import { createRunningReader } from './running-store.ts'
import { createSafeguardStore } from './safeguard-store.ts'
import { createSessionStore } from './session-store.ts'
import { createStandingStore } from './standing-store.ts'
import { createStopStore } from './stop-store.ts'
import { createSuspectStore } from './suspect-store.ts'
import { createTaskStore } from './task-store.ts'
import { createTimetable } from './timetable-store.ts'
import { createToolStore } from './tool-store.ts'
import type { Access } from './transaction.ts'

export type Records = {
  readonly agents: AgentStore
  readonly people: PersonStore
  readonly sessions: SessionStore
  readonly passkeys: PasskeyStore
  readonly delegations: DelegationStore
  readonly suspects: SuspectStore
  readonly timetable: Timetable
  readonly reviews: ReviewStore
  readonly tools: ToolStore
  readonly cases: CaseStore
  readonly assets: AssetStore
  readonly tasks: TaskStore
  readonly roster: RosterStore
  readonly rosterFeeds: FeedStore
  readonly revisions: RevisionStore
  readonly stops: StopStore
  readonly budgets: BudgetStore
  readonly fanOut: FanOutStore
  readonly approvals: ApprovalStore
  readonly queue: ApprovalQueue
  readonly pastDecisions: PastDecisions
  readonly plans: PlanStore
  readonly standings: StandingStore
  readonly questions: QuestionStore
  readonly leases: LeaseStore
  readonly evidence: EvidenceStore
  readonly safeguards: SafeguardStore
  readonly calls: CallStore
  readonly effects: EffectStore
  readonly running: RunningReader
  readonly followUps: FollowUpStore
  readonly drills: DrillStore
  readonly bundles: BundleStore
  readonly notices: NoticeStore
  readonly chats: ChatStore
  readonly governed: GovernedStore
  readonly oversight: OversightStore
}

export function createRecords(access: Access, nowMs: () => number): Records {
  return {
    agents: createAgentStore(access, nowMs),
    people: createPersonStore(access),
    sessions: createSessionStore(access),
    passkeys: createPasskeyStore(access),
    delegations: createDelegationStore(access),
    suspects: createSuspectStore(access),
    timetable: createTimetable(access),
    reviews: createReviewStore(access),
    tools: createToolStore(access),
    cases: createCaseStore(access),
    assets: createAssetStore(access),
    tasks: createTaskStore(access),
    roster: createRosterStore(access),
    rosterFeeds: createFeedStore(access),
    revisions: createRevisionStore(access),
    stops: createStopStore(access),
    budgets: createBudgetStore(access),
    fanOut: createFanOutStore(access),
    approvals: createApprovalStore(access),
    queue: createApprovalQueue(access),
    pastDecisions: createPastDecisions(access),
    plans: createPlanStore(access),
    standings: createStandingStore(access),
    questions: createQuestionStore(access),
    leases: createLeaseStore(access),
    evidence: createEvidenceStore(access),
    safeguards: createSafeguardStore(access),
    calls: createCallStore(access),
    effects: createEffectStore(access),
    running: createRunningReader(access),
    followUps: createFollowUpStore(access),
    drills: createDrillStore(access),
    bundles: createBundleStore(access),
    notices: createNoticeStore(access),
    chats: createChatStore(access),
    governed: createGovernedStore(access),
    oversight: createOversightStore(access),
  }
}
