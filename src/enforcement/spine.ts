/** What the spine stands on: ports and pure functions, wired once in main.ts. */
import type { PastDecisions } from '../approval/past-decisions.ts'
import type { PlanStore } from '../approval/plan-ports.ts'
import type { ApprovalStore } from '../approval/ports.ts'
import type { QuestionStore } from '../approval/question.ts'
import type { StandingStore } from '../approval/standing-ports.ts'
import type { SuspectStore } from '../approval/suspect.ts'
import type { DrillStore, ToolStore } from '../catalogue/ports.ts'
import type { EvidenceStore } from '../evidence/evidence.ts'
import type { SafeguardStore } from '../evidence/safeguard.ts'
import type { FactSources, FreshnessLimits } from '../facts/gather.ts'
import type { BudgetStore, FanOutStore } from '../facts/ports.ts'
import type { DelegationStore } from '../identity/delegation.ts'
import type { PersonStore } from '../identity/ports.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Commit } from '../kernel/commit.ts'
import type { NextId } from '../kernel/ids.ts'
import type { NoticeQueue } from '../kernel/notice.ts'
import type { BrokeredLeaseStore } from '../lease/brokered.ts'
import type { LeaseStore } from '../lease/lease.ts'
import type { LedgerReader, PayloadStore } from '../ledger/ports.ts'
import type { ActiveBundle, Decide } from '../policy/ports.ts'
import type { RoleLimit } from '../policy/role-limit.ts'
import type { RosterStore } from '../roster/roster.ts'
import type { Breaker } from './breaker.ts'
import type { CallStore } from './call.ts'
import type { CallsOut } from './calls-out.ts'
import type { EffectStore } from './effect-record.ts'
import type { FollowUpStore } from './follow-up.ts'
import type { Lending } from './lent.ts'
import type { Changes, Halts, LocalCredentials } from './ports.ts'
import type { Exchange, Reach } from './upstream.ts'

/** Limits of the spine; each has its reason where it is set in config.ts. */
export type SpineLimits = {
  readonly freshness: FreshnessLimits
  readonly callsPerTask: number
  readonly writesPerTask: number
  readonly openRequestsPerAgent: number
  /** Distinct targets of one kind that calls from `write` up may reach in a window. */
  readonly fanOut: {
    readonly windowMs: number
    readonly perTask: number
    readonly perAgent: number
    readonly perTenant: number
  }
  /** New requests of one agent in five minutes; beyond them it is told to slow down. */
  readonly newRequestsPerAgent: number
  readonly requestLifetimeMs: number
  /** An identical call within this time after a no is refused instead of asked again. */
  readonly denialMemoryMs: number
}

/**
 * The bundle that was active at exactly this revision of `policy`, or undefined when none was: so that what
 * decides and what the dispatch commit compares are the same, on every node.
 */
export type BundleAt = (tenant: string, policyRevision: number) => Promise<ActiveBundle | undefined>

/** Says where a crash test may strike. Does nothing in the product. */
export type At = (label: string) => void

export type Spine = {
  readonly commit: Commit
  readonly clock: Clock
  readonly nextId: NextId
  /** Id of this gateway node, kept in its data directory. */
  readonly node: string
  readonly tools: ToolStore
  readonly facts: FactSources
  readonly budgets: BudgetStore
  readonly fanOut: FanOutStore
  readonly breaker: Breaker
  readonly people: PersonStore
  readonly delegations: DelegationStore
  readonly suspects: SuspectStore
  readonly roster: RosterStore
  readonly approvals: ApprovalStore
  readonly pastDecisions: PastDecisions
  readonly plans: PlanStore
  readonly standings: StandingStore
  readonly questions: QuestionStore
  readonly leases: LeaseStore
  readonly brokeredLeases: BrokeredLeaseStore
  /** Absent: every call goes out with the gateway's own credential. */
  readonly lending?: Lending
  readonly evidence: EvidenceStore
  readonly safeguards: SafeguardStore
  readonly calls: CallStore
  readonly effects: EffectStore
  readonly followUps: FollowUpStore
  readonly drills: DrillStore
  readonly payloads: PayloadStore
  readonly ledger: LedgerReader
  readonly notices: NoticeQueue
  readonly bundleAt: BundleAt
  readonly roleLimits: (tenant: string) => Promise<readonly RoleLimit[]>
  readonly decide: Decide
  readonly exchange: Exchange
  readonly reach: Reach
  readonly callsOut?: CallsOut
  readonly halts?: Halts
  readonly credentials: LocalCredentials
  readonly changes: Changes
  readonly limits: SpineLimits
  readonly at: At
}
