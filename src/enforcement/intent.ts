/**
 * What a face hands to the spine and what it gets back. Faces translate; they decide nothing.
 */
import type { Claim } from '../approval/request.ts'
import type { Tool, ToolKind } from '../catalogue/tool.ts'
import type { StaleFact } from '../facts/facts.ts'
import type { Refusal } from '../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import type { TaskSession } from './session.ts'
import type { FrameAnswer, FrameBack } from './upstream.ts'

export type CallIntent = {
  readonly session: TaskSession
  readonly upstream: string
  readonly kind: ToolKind
  /** The name at the upstream: tool name, prompt name or resource URI. */
  readonly name: string
  /**
   * The tool, when the face looked it up already for this very call: not looked up again until the call has waited,
   * or is decided once more. Its revision is compared when the call is dispatched, like any other's.
   */
  readonly found?: Tool
  /** Tool or prompt arguments; `{ uri }` for a resource. */
  readonly arguments: JsonObject
  /** An approval the agent cites (`_meta["countersign/approval"]`); a call that is not its call is refused. */
  readonly approvalId?: string
  /** The recommendation it carries out (`_meta["countersign/recommendation"]`); one of another case is refused. */
  readonly recommendation?: string
  readonly claim: Claim
  /** How long the face can wait for a person. Milliseconds, 0 to 45,000 (DESIGN 9). */
  readonly holdMs: number
  readonly back: FrameBack
}

/** A person's question to the agent, answered with `countersign_answer`. */
export type OpenQuestion = { readonly id: string; readonly text: string }

/** Everything a call can end in. A face turns it into its own wire and adds nothing. */
export type CallAnswer =
  | {
      readonly kind: 'answered'
      readonly callId: string
      /** Absent when the result was not recorded as evidence (input-required, tool error before any data). */
      readonly evidenceId?: string
      readonly answer: FrameAnswer
      /** Says so when a monitored class would have been denied or held. */
      readonly monitored?: Refusal
      /** The facts that were missing or too old when it was decided; it ran because it changes nothing. */
      readonly stale?: readonly StaleFact[]
    }
  | {
      readonly kind: 'refused'
      readonly callId: string
      readonly refusal: Refusal
      readonly approvalId?: string
      /** With `approval_modified`: the arguments a person wants instead. */
      readonly suggestedArguments?: JsonObject
    }
  | {
      readonly kind: 'pending'
      readonly callId: string
      readonly approvalId: string
      readonly role: string
      readonly action: string
      readonly expiresAtMs: number
      /** What people ask and the agent has not answered. */
      readonly questions: readonly OpenQuestion[]
    }
  /** The upstream answered with a JSON-RPC error; relayed as one. */
  | {
      readonly kind: 'rpc-error'
      readonly callId: string
      readonly rpcCode: number
      readonly message: string
      readonly data?: JsonValue
    }

/** The spine (DESIGN 3). Never throws for anything a caller or upstream does; only `internal` failures throw. */
export type Enforce = (intent: CallIntent) => Promise<CallAnswer>

/**
 * A tool of the gateway itself, listed beside the upstream tools: `countersign_await`, `countersign_withdraw`,
 * `countersign_recommend`. Not gated, but recorded; each acts only on the session's own task.
 */
export type GatewayTool = {
  readonly name: string
  readonly description: string
  readonly inputSchema: JsonObject
  readonly annotations: JsonObject
  readonly run: (
    session: TaskSession,
    args: JsonObject,
    back: FrameBack,
  ) => Promise<GatewayToolAnswer>
}

/** Either an own result, or the answer of the held call it waited for. */
export type GatewayToolAnswer =
  | {
      readonly kind: 'own'
      readonly structured: JsonObject
      readonly text: string
      readonly isError: boolean
    }
  | { readonly kind: 'call'; readonly answer: CallAnswer }
