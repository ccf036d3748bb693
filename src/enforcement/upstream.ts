/**
 * The frame port: one governed frame to one upstream, in our own words, so that faces and upstream adapters
 * never meet and no SDK type crosses.
 */

import type { Digest } from '../kernel/digest.ts'
import type { DispatchSlot } from '../kernel/dispatch-slot.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import type { LeaseSecret } from '../lease/placement.ts'

/** The MCP requests that have a governed form. */
export type FrameMethod = 'tools/call' | 'resources/read' | 'prompts/get'

export type Frame = {
  readonly upstream: string
  readonly method: FrameMethod
  /** `name` of the tool or prompt, `uri` of the resource. */
  readonly name: string
  /** The MCP params in full, without `_meta`: `{ name, arguments }` or `{ uri }`. */
  readonly params: JsonObject
}

/** A progress report of the upstream, as MCP defines it. */
export type Progress = {
  readonly progress: number
  readonly total?: number
  readonly message?: string
}

/** The way back to the agent while a frame is out. Each may be absent: then the agent cannot be reached so. */
export type FrameBack = {
  readonly signal: AbortSignal
  readonly progress?: (report: Progress) => void
  /** Sends a notification such as `notifications/message` to the agent. */
  readonly notify?: (method: string, params: JsonObject) => void
  /** Relays a request of the upstream (sampling, elicitation, roots) where its entry allows. */
  readonly ask?: (method: string, params: JsonObject) => Promise<JsonObject>
  /** Passed through to the upstream: `_meta` members of the agent, without ours and without era fields. */
  readonly meta?: JsonObject
  /** The agent's own client capabilities, already narrowed to what the gateway can relay. */
  readonly clientCapabilities?: JsonObject
  /**
   * An opaque key of the agent's own session, for a legacy upstream that may ask: its requests then travel on
   * a connection no other agent shares. Absent when the agent has no session or cannot be asked.
   */
  readonly agentSession?: string
  /** The least severe log level the agent wants to see (RFC 5424 name). Absent: no log messages. */
  readonly logLevel?: string
  /** Answers and state of a multi-round-trip request (2026-07-28), forwarded as they came. */
  readonly inputResponses?: JsonValue
  readonly requestState?: string
}

/** What came back: a complete result, or the upstream asks the agent for input first. Both are raw MCP results. */
export type FrameAnswer = {
  readonly kind: 'complete' | 'input-required'
  readonly result: JsonObject
  /** True when the tool says that it failed (`isError`). */
  readonly isToolError: boolean
  /** How often the server had repeated the credential of the call; it is taken out. Absent: never. */
  readonly redactions?: number
}

/**
 * Whether the server answers at all, before something that can be used once is used for it. Throws
 * `upstream_unreachable`. Sends no call; a server may still go away between this and the frame.
 */
export type Reach = (upstream: string) => Promise<void>

/**
 * Sends the frame. `slot` must be the one minted for exactly this upstream and frame digest; else
 * `slot_refused` and nothing is sent. A JSON-RPC error of the upstream is thrown as `UpstreamError`
 * (kernel/upstream-error.ts).
 * Throws `upstream_unreachable` (surely not sent), `upstream_timeout` and `upstream_failed` (may have been
 * executed), `upstream_protocol`, `cancelled`. Never retries.
 */
export type Exchange = (
  slot: DispatchSlot,
  frame: Frame,
  frameDigest: Digest,
  leaseSecret: LeaseSecret | undefined,
  timeoutMs: number,
  back: FrameBack,
) => Promise<FrameAnswer>
