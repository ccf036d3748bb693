/**
 * Opening the store: the one way into everything SQL. In this order: the data directory's lock, the database,
 * its durability settings, its schema, the comparison with the rollback witness; only then the ports.
 */
import { join } from 'node:path'
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
import type { EvidenceStore } from '../evidence/evidence.ts'
import type { SafeguardStore } from '../evidence/safeguard.ts'
import type { BudgetStore, FanOutStore, RevisionStore, StopStore } from '../facts/ports.ts'
import type { DelegationStore } from '../identity/delegation.ts'
import type { PasskeyStore } from '../identity/passkey.ts'
import type { AgentStore, PersonStore } from '../identity/ports.ts'
import type { SessionStore } from '../identity/session.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Commit } from '../kernel/commit.ts'
import type { Receipt } from '../kernel/entry.ts'
import type { Randomness } from '../kernel/ids.ts'
import type { Timetable } from '../kernel/timetable.ts'
import type { LeaseStore } from '../lease/lease.ts'
import type { KeyWrap, LedgerReader, PayloadStore } from '../ledger/ports.ts'
import type { ChatStore, NoticeStore } from '../notice/ports.ts'
import type { GovernedStore } from '../oversight/change.ts'
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
import { type Changes, createChanges } from './changes.ts'
import { createChatStore } from './chat-store.ts'
import { createDelegationStore } from './delegation-store.ts'
import { lockDirectory } from './directory-lock.ts'
import { createDrillStore } from './drill-store.ts'
import { createEffectStore } from './effect-store.ts'
import type { Engine } from './engine.ts'
import { createEvidenceStore } from './evidence-store.ts'
import { createFanOutStore } from './fan-out-store.ts'
import { createFollowUpStore } from './follow-up-store.ts'
import { createGovernedStore } from './governed-store.ts'
import { createGroupCommit } from './group-commit.ts'
import { createLeaseStore } from './lease-store.ts'
import { createLedgerReader } from './ledger-reader.ts'
import { migrate } from './migrations.ts'
import { createNoticeStore } from './notice-store.ts'
import { createPasskeyStore } from './passkey-store.ts'
import { createPastDecisions } from './past-decisions.ts'
import { createPayloadStore } from './payload-store.ts'
import { createPersonStore } from './person-store.ts'
import { createPlanStore } from './plan-store.ts'
import { openPostgresEngine } from './postgres-engine.ts'
import { createQuestionStore } from './question-store.ts'
import { createReviewStore } from './review-store.ts'
import { createRevisionStore } from './revision-store.ts'
import { createFeedStore, createRosterStore } from './roster-store.ts'
import type { CommitLabel } from './run-batch.ts'
import { createSafeguardStore } from './safeguard-store.ts'
import { createSealing } from './seal-payloads.ts'
import { createSessionStore } from './session-store.ts'
import { openSqliteEngine } from './sqlite-engine.ts'
import { createStandingStore } from './standing-store.ts'
import { checkAgainstWitness } from './start-checks.ts'
import { createStopStore } from './stop-store.ts'
import { createSuspectStore } from './suspect-store.ts'
import { createTaskStore } from './task-store.ts'
import { createTimetable } from './timetable-store.ts'
import { createToolStore } from './tool-store.ts'
import { type Access, createTransactions } from './transaction.ts'
import { openWitness, type Witness } from './witness.ts'

/** `dataDir` holds this node's lock and witness, and the database itself when it is SQLite. */
export type EngineChoice =
  | { readonly kind: 'sqlite'; readonly dataDir: string }
  | { readonly kind: 'postgres'; readonly url: string; readonly dataDir: string }

export type StoreOptions = {
  readonly engine: EngineChoice
  readonly clock: Clock
  readonly random: Randomness
  readonly keyWrap: KeyWrap
  /** Directory of the rollback witness; better on another disk than the database. Default `<dataDir>/witness`. */
  readonly witnessPath?: string
  /** Called at labelled points of each commit, for crash tests. A throw there is a failure at that point. */
  readonly at?: (label: CommitLabel) => void
}

export type Store = {
  readonly commit: Commit
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
  readonly followUps: FollowUpStore
  readonly drills: DrillStore
  readonly ledger: LedgerReader
  readonly payloads: PayloadStore
  readonly bundles: BundleStore
  readonly notices: NoticeStore
  readonly chats: ChatStore
  readonly governed: GovernedStore
  readonly changes: Changes
  /** How far this node's clock is ahead of the database's, ms; beyond 1 s either way the node is not ready. */
  readonly skewMs: () => Promise<number>
  /** Settles what runs, then frees database and directory. Twice is once. */
  readonly close: () => Promise<void>
}

/**
 * Throws `store_locked`, `store_not_durable`, `store_schema_unknown`, `store_behind_witness`, `store_forked`,
 * `ledger_head_wrong`, `ledger_unwritable`; nothing stays open then.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const { dataDir } = options.engine
  const lock = lockDirectory(dataDir)
  const undo: (() => unknown)[] = [() => lock.release()]
  try {
    const engine = openEngine(options.engine)
    undo.unshift(() => engine.close())
    await engine.checkDurable()
    await migrate(engine)
    const witness = await openWitness(options.witnessPath ?? join(dataDir, 'witness'))
    undo.unshift(() => witness.close())
    await checkAgainstWitness(engine, witness)
    return assemble(options, engine, witness, undo)
  } catch (error) {
    for (const step of undo) await step()
    throw error
  }
}

function openEngine(choice: EngineChoice): Engine {
  return choice.kind === 'sqlite'
    ? openSqliteEngine(choice.dataDir)
    : openPostgresEngine(choice.url)
}

function assemble(
  options: StoreOptions,
  engine: Engine,
  witness: Witness,
  undo: readonly (() => unknown)[],
): Store {
  const transactions = createTransactions(engine)
  const sealing = createSealing(engine, options)
  const changes = createChanges(engine)
  const groupCommit = createGroupCommit({
    transactions,
    sealing,
    witness,
    ownReceipts: new WeakSet<Receipt>(),
    at: options.at ?? (() => undefined),
    committed: (tenant, size) => changes.tell({ tenant, size }),
  })
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    changes.close()
    await groupCommit.close()
    for (const step of undo) await step()
  }
  return {
    commit: groupCommit.commit,
    ...records(transactions, options.clock.nowMs),
    ledger: createLedgerReader(transactions),
    payloads: createPayloadStore(transactions, sealing),
    changes: { subscribe: changes.subscribe },
    skewMs: () => engine.skewMs(options.clock.nowMs()),
    close: () => {
      closing ??= close()
      return closing
    },
  }
}

type Records = Omit<Store, 'commit' | 'ledger' | 'payloads' | 'changes' | 'skewMs' | 'close'>

function records(access: Access, nowMs: () => number): Records {
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
    followUps: createFollowUpStore(access),
    drills: createDrillStore(access),
    bundles: createBundleStore(access),
    notices: createNoticeStore(access),
    chats: createChatStore(access),
    governed: createGovernedStore(access),
  }
}
