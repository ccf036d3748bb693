/**
 * Which tool is called with a borrowed credential, from whom, put where and for how long at most. Written by the
 * operator; a tool no rule names is called with the gateway's own credential, or none.
 */
import type { Placement } from './placement.ts'
import type { BrokerCapabilities } from './ports.ts'

export type LendingRule = {
  /** The operator's name of the broker. */
  readonly broker: string
  readonly placement: Placement
  /** However long the task and the backend would let it live. Milliseconds. */
  readonly maxTtlMs: number
  /** Who may be shown the credential: the address of the tool server, or its id where it has none. */
  readonly audience: string
}

/** `tools`: names as the server gives them, or `*`. */
export type ToolRule = LendingRule & {
  readonly upstream: string
  readonly tools: readonly string[]
}

/** Undefined: nothing is borrowed. Costs no query. */
export type RuleFor = (upstream: string, tool: string) => LendingRule | undefined

/** The first rule that names the tool holds. */
export function rulesFor(rules: readonly ToolRule[]): RuleFor {
  const byUpstream = Map.groupBy(rules, ({ upstream }) => upstream)
  return (upstream, tool) =>
    byUpstream.get(upstream)?.find(({ tools }) => tools.includes(tool) || tools.includes('*'))
}

/**
 * How long the credential may live: the least of what the rule, the rest of the task and the backend allow (R16).
 * Undefined when that is shorter than anything the backend gives.
 */
export function ttlOf(
  { maxTtlMs }: Pick<LendingRule, 'maxTtlMs'>,
  backend: Pick<BrokerCapabilities, 'minTtlMs' | 'maxTtlMs'>,
  taskLeftMs: number,
): number | undefined {
  const ttlMs = Math.min(maxTtlMs, backend.maxTtlMs, taskLeftMs)
  return ttlMs > 0 && ttlMs >= backend.minTtlMs ? ttlMs : undefined
}
