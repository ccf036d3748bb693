/** An upstream as the operator configures it, and the limits of the way there. */

/** What a tool server may ask of an agent, when its entry says so. */
export const ASKS = ['sampling', 'elicitation', 'roots'] as const
export type Ask = (typeof ASKS)[number]

export type UpstreamSpec = {
  /** `[a-z0-9-]{1,20}` (DESIGN 11). */
  readonly id: string
  /** What may be relayed to the agent. Empty or absent: nothing. */
  readonly asks?: readonly Ask[]
} & (
  | {
      readonly transport: 'stdio'
      readonly command: string
      readonly args: readonly string[]
      readonly env?: Readonly<Record<string, string>>
      readonly cwd?: string
    }
  | { readonly transport: 'streamable-http'; readonly url: string }
)

export type UpstreamLimits = {
  readonly maxResultBytes: number
  readonly maxResultDepth: number
  readonly connectTimeoutMs: number
  readonly inheritTimeoutMs: number
  readonly legacyVerdictMs: number
  readonly idleMs: number
  readonly maxPrivateConnections: number
  readonly maxBackoffMs: number
}

export const UPSTREAM_LIMITS: UpstreamLimits = {
  // Twice the request limit: results (logs, files) are larger than what asks for them, and each is hashed.
  maxResultBytes: 8 * 1024 * 1024,
  // What the strict reader allows on the way in.
  maxResultDepth: 64,
  // Six times what dbhub needs to start, the slowest server measured.
  connectTimeoutMs: 20_000,
  // Lists and completions are for a waiting user interface.
  inheritTimeoutMs: 15_000,
  // A server that was upgraded still answers `initialize`, so the verdict "speaks only 2025" must expire.
  legacyVerdictMs: 10 * 60_000,
  // A child no one used for ten minutes frees its memory; starting it again costs about a second.
  idleMs: 10 * 60_000,
  // One child per agent session that may be asked; beyond this the least recently used idle one goes.
  maxPrivateConnections: 32,
  maxBackoffMs: 30_000,
}

/** What the gateway calls itself towards tool servers. */
export const GATEWAY_IMPLEMENTATION = { name: 'countersign', version: '0.1.0' } as const
