/** Bounds of the MCP face. The composition root may lower or raise them; each default has its reason here. */
import { type RequestRate, rateOf } from './rate-limit.ts'

export type McpFaceLimits = {
  readonly maxBodyBytes: number
  readonly maxBodyDepth: number
  readonly maxBodyValues: number
  readonly requests: RequestRate
  readonly holdMs: number
  readonly heartbeatMs: number
  readonly askTimeoutMs: number
  readonly maxSessions: number
  readonly maxSessionsPerTask: number
  readonly sessionIdleMs: number
  readonly maxSubscriptions: number
  readonly maxWatchedResources: number
  readonly listTtlMs: number
  readonly offerTtlMs: number
  /** Host names clients may use beside localhost and the name in the public URL. */
  readonly allowedHosts: readonly string[]
}

export const MCP_FACE_LIMITS: McpFaceLimits = {
  // What the MCP library itself takes at most.
  maxBodyBytes: 4 * 1024 * 1024,
  maxBodyDepth: 64,
  // Each value is written canonically several times; a hundred thousand hold others up for a tenth of a second.
  maxBodyValues: 100_000,
  requests: rateOf(50),
  // Clients give up after 60 s by default; fifteen of them are for the call itself (DESIGN 9).
  holdMs: 45_000,
  // Often enough for a client that gives up after ten silent seconds.
  heartbeatMs: 7_000,
  // A person behind the agent answers a question of the tool server in minutes or not at all.
  askTimeoutMs: 10 * 60_000,
  maxSessions: 1_000,
  // An agent that opens more sessions for one task than it has steps is leaking them.
  maxSessionsPerTask: 64,
  sessionIdleMs: 30 * 60_000,
  maxSubscriptions: 1_024,
  maxWatchedResources: 256,
  // Reviewing or suspending a tool shows within half a minute even to a client that hears no notices.
  listTtlMs: 30_000,
  offerTtlMs: 60_000,
  allowedHosts: [],
}

/** No hold is longer, whatever is configured or asked for (DESIGN 9). */
export const MAX_HOLD_MS = 45_000

/** The limits as configured. */
export function mcpLimits(holdMs: number, requestsPerSecond: number | undefined): McpFaceLimits {
  const { requests } = MCP_FACE_LIMITS
  return {
    ...MCP_FACE_LIMITS,
    holdMs,
    requests: requestsPerSecond === undefined ? requests : rateOf(requestsPerSecond),
  }
}
