/**
 * What the policy is asked, as flat typed values. Raw tool arguments never get here; only what the catalogue
 * made of them does (DESIGN 8).
 */
import type { Classification, Effect } from '../catalogue/tool.ts'
import type { AgentMode, AgentState } from '../identity/agent.ts'
import type { Purpose } from '../task/task.ts'

export type PolicyTarget = {
  readonly kind: string
  readonly id: string
  readonly criticality: number
  readonly environment: string
  readonly isKnown: boolean
  readonly isNeverTouch: boolean
  readonly labels: readonly string[]
}

export type PolicyRequest = {
  readonly tenant: string
  readonly agent: {
    readonly id: string
    readonly mode: AgentMode
    readonly state: AgentState
    readonly owner: string
  }
  readonly task: {
    readonly id: string
    readonly purpose: Purpose
    readonly isOpen: boolean
    readonly onBehalfOf: string
  }
  readonly incident: {
    readonly id: string
    readonly isOpen: boolean
    readonly severity: number
    readonly tags: readonly string[]
    readonly ageMs: number
  }
  readonly call: {
    readonly action: string
    readonly effect: Effect
    readonly direction: 'raises' | 'lowers' | 'none'
    readonly tool: string
    readonly upstream: string
    readonly reversibility: Classification['reversibility']
    readonly hasInverse: boolean
    readonly flags: readonly string[]
    readonly targetCount: number
  }
  readonly target: PolicyTarget
  readonly exposure: {
    readonly labels: readonly string[]
    readonly untrustedSources: readonly string[]
  }
  readonly stale: readonly string[]
  readonly nowMs: number
}
