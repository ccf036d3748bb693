/**
 * A registered workload identity. It acts only through tasks, has a human owner, and is never a person.
 */
import type { InstantMs } from '../kernel/clock.ts'

export const AGENT_MODES = ['shadow', 'advisory', 'supervised', 'delegated'] as const
export type AgentMode = (typeof AGENT_MODES)[number]

export const AGENT_STATES = ['proposed', 'active', 'suspended', 'retired'] as const
export type AgentState = (typeof AGENT_STATES)[number]

export type Agent = {
  readonly tenant: string
  readonly id: string
  /** `[a-z0-9-]{1,40}`, unique in the tenant; what people call it. */
  readonly name: string
  /** The subject its workload JWT carries, e.g. `spiffe://example.org/agent/triage`. Unique over all tenants. */
  readonly subject: string
  readonly owner: string
  readonly mode: AgentMode
  readonly state: AgentState
  /** What it may call: `<upstream>/<name>` or `<upstream>/*`. Anything else is `tool_not_granted` (R1). */
  readonly grants: readonly string[]
  readonly revision: number
}

/** A public key of an agent. Its private half never leaves the workload. */
export type AgentKey = {
  readonly tenant: string
  readonly agent: string
  /** RFC 7638 thumbprint of the JWK; the `kid` of the workload JWT. */
  readonly thumbprint: string
  readonly jwk: Readonly<Record<string, string>>
  readonly createdAtMs: InstantMs
  readonly revokedAtMs?: InstantMs
}

/** Whether the grants cover the tool (R1, R13: a grant is an upper bound, never sufficient). */
export function isGranted(grants: readonly string[], upstream: string, name: string): boolean {
  return grants.includes(`${upstream}/${name}`) || grants.includes(`${upstream}/*`)
}
