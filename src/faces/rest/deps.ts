/** What the REST face stands on: the ports of every command it offers, and the verbs injected whole. */

import type { ApprovalStore } from '../../approval/ports.ts'
import type { QuestionStore } from '../../approval/question.ts'
import type { ApprovalQueue } from '../../approval/queue.ts'
import type { ReviewStore } from '../../approval/review.ts'
import type { SuspectStore } from '../../approval/suspect.ts'
import type { AssetStore } from '../../case/asset.ts'
import type { DrillStore, ToolStore } from '../../catalogue/ports.ts'
import type { ToolKind } from '../../catalogue/tool.ts'
import type { ChangeAgentDeps } from '../../command/change-agent.ts'
import type { MayApproveInChat } from '../../command/chat-decision.ts'
import type { CheckLedgerDeps } from '../../command/check-ledger.ts'
import type { ContainmentCommands } from '../../command/containments.ts'
import type { ApprovalCommands, StopCommands } from '../../command/decision-ports.ts'
import type { EndSigned } from '../../command/end-signed.ts'
import type { ExchangeDeps } from '../../command/exchange-token.ts'
import type { ExportCaseDeps } from '../../command/export-case.ts'
import type { PasskeyDeps } from '../../command/passkey-parts.ts'
import type { PlanCommands } from '../../command/plan-desk.ts'
import type { PolicyDeps } from '../../command/publish-policy.ts'
import type { ReadRunning } from '../../command/read-running.ts'
import type { PersonDeps } from '../../command/register-person.ts'
import type { StandingCommands } from '../../command/standing-plans.ts'
import type { UndoCommands } from '../../command/undo-call.ts'
import type { CallStore } from '../../enforcement/call.ts'
import type { EffectStore } from '../../enforcement/effect-record.ts'
import type { Enforce, GatewayTool } from '../../enforcement/intent.ts'
import type { RunningReader } from '../../enforcement/running.ts'
import type { Identify, TaskSession } from '../../enforcement/session.ts'
import type { EvidenceStore } from '../../evidence/evidence.ts'
import type { SafeguardStore } from '../../evidence/safeguard.ts'
import type { DelegationStore } from '../../identity/delegation.ts'
import type { Log } from '../../kernel/log.ts'
import type { JsonObject, JsonValue } from '../../kernel/strict-json.ts'
import type { BrokeredLeaseStore } from '../../lease/brokered.ts'
import type { SecretStore } from '../../lease/secrets.ts'
import type { ChatReader, ChatStore, NoticeStore } from '../../notice/ports.ts'
import type { GovernedStore } from '../../oversight/change.ts'
import type { OversightStore } from '../../oversight/records.ts'
import type { HeldClass } from '../../policy/held.ts'
import type { PolicyTestReport } from '../../policy/table-test.ts'
import type { RosterStore } from '../../roster/roster.ts'

/** What an exposed name stands for among all tools of the tenant, visible to the task or not. */
export type ToolByName = (
  session: TaskSession,
  exposedName: string,
) => Promise<
  { readonly upstream: string; readonly name: string; readonly kind: ToolKind } | undefined
>

/** One thing that must be well before traffic comes here. Throws (a `Failure` where it can) when it is not. */
export type ReadinessCheck = { readonly name: string; readonly check: () => Promise<void> }

/** Requests per minute and client address. */
export type RateLimits = {
  readonly api: number
  /** The token endpoint verifies signatures and writes refusals, so strangers get less of it. */
  readonly token: number
  /** A refused login is an entry; whoever mistypes does so a few times. */
  readonly login?: number
}

/** A person's console and CLI stay far below; 100 agents behind one address renew 25 tokens a minute. */
export const DEFAULT_RATE_LIMITS: Required<RateLimits> = { api: 3_000, token: 300, login: 20 }

/** Asking the active bundle, and table tests. Both answer JSON the CLI prints as it is. */
export type PolicyDesk = {
  /** Throws `policy_missing`, `policy_invalid`. */
  readonly explain: (tenant: string, request: JsonObject) => Promise<JsonObject>
  /** Throws `policy_missing`, `policy_invalid`. */
  readonly heldClasses: (tenant: string) => Promise<readonly HeldClass[]>
  /** The table tests of the configured directory, against the bundle in force. Throws as `test`. */
  readonly ownTests: (tenant: string) => Promise<PolicyTestReport>
  /** `documents` absent: the active bundle. Throws `policy_missing`, `policy_invalid`. */
  readonly test: (
    tenant: string,
    documents: JsonObject | undefined,
    cases: JsonValue,
  ) => Promise<JsonObject>
}

export type RestDeps = ChangeAgentDeps &
  PersonDeps &
  PasskeyDeps &
  ExchangeDeps &
  PolicyDeps &
  ExportCaseDeps &
  CheckLedgerDeps & {
    /** Scheme, host and port under which people and agents reach the gateway, no slash at the end. */
    readonly baseUrl: string
    /** Where a stranger's attempt to log in is recorded. */
    readonly tenant: string
    readonly version: string
    readonly roster: RosterStore
    readonly delegations: DelegationStore
    readonly suspects: SuspectStore
    readonly safeguards: SafeguardStore
    readonly reviews: ReviewStore
    readonly assets: AssetStore
    readonly tools: ToolStore
    readonly drills: DrillStore
    readonly approvals: ApprovalStore
    readonly queue: ApprovalQueue
    readonly questions: QuestionStore
    readonly calls: CallStore
    readonly secrets: SecretStore
    readonly brokeredLeases: BrokeredLeaseStore
    readonly evidence: EvidenceStore
    readonly effects: EffectStore
    /** Calls back when a log grew: a hint, late or twice. */
    readonly changes: {
      readonly subscribe: (listener: (change: { readonly tenant: string }) => void) => () => void
    }
    readonly decisions: ApprovalCommands
    readonly endSigned: EndSigned
    readonly plans: PlanCommands
    readonly standing: StandingCommands
    readonly stops: StopCommands
    readonly undos: UndoCommands
    readonly containments: ContainmentCommands
    readonly readRunning: ReadRunning
    readonly running: RunningReader
    readonly policyDesk: PolicyDesk
    readonly notices: NoticeStore
    readonly governed: GovernedStore
    readonly oversight: OversightStore
    /** Ids of the configured channels, in order. */
    readonly channels: readonly string[]
    readonly chats: ChatStore
    readonly chatReaders: readonly ChatReader[]
    /** Whose requests a chat may answer: a callback names no tenant. */
    readonly chatTenant: string
    readonly mayApproveInChat: MayApproveInChat
    readonly identify: Identify
    readonly enforce: Enforce
    readonly gatewayTools: readonly GatewayTool[]
    readonly toolByName: ToolByName
    /** Public half of the token key, as served at /oauth/jwks. */
    readonly keySet: { readonly keys: readonly Readonly<Record<string, string>>[] }
    readonly readiness: readonly ReadinessCheck[]
    readonly log: Log
    readonly rateLimits?: RateLimits
    /** The built console; without it its pages say how to build it. */
    readonly consoleDir?: string
    /** True behind a reverse proxy that sets X-Forwarded-For; then that address is the client's. */
    readonly isBehindProxy?: boolean
  }
