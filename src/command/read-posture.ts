/**
 * What an agent could do if everything it may use were used together. One tool that reads what strangers wrote, one that
 * changes something and one that reaches the outside are harmless apart; in one agent, a sentence in a mail can become an
 * act or a leak. Reads only: policy decides on what a task has really read.
 */
import { classesOf, worstEffect } from '../catalogue/classification.ts'
import type { ToolStore } from '../catalogue/ports.ts'
import { atLeast, type Effect, type Tool } from '../catalogue/tool.ts'
import type { Agent } from '../identity/agent.ts'
import { isGranted } from '../identity/agent.ts'
import type { AgentStore } from '../identity/ports.ts'
import { Failure } from '../kernel/failure.ts'

export type ToolReach = {
  readonly upstream: string
  readonly name: string
  readonly exposedName: string
  /** The worst a call of it can be. */
  readonly effect: Effect
  /** Its results are written by strangers. */
  readonly readsStrangers: boolean
  /** It changes something: `write` and above. */
  readonly changes: boolean
  /** Data leaves, or what it does is seen outside. */
  readonly reachesOutside: boolean
}

export type Posture = {
  readonly agent: Agent
  /** Reviewed, unchanged since, and granted; by exposed name. */
  readonly usable: readonly ToolReach[]
  /** Granted, but nobody reviewed what the server says now. */
  readonly blocked: readonly string[]
  /** Grants that name no tool any server offers. */
  readonly idle: readonly string[]
  /** True when the three come together. */
  readonly isCombined: boolean
}

export type PostureDeps = { readonly agents: AgentStore; readonly tools: Pick<ToolStore, 'list'> }

/** Throws `not_found`. */
export async function readPosture(
  deps: PostureDeps,
  tenant: string,
  agentId: string,
): Promise<Posture> {
  const [agents, tools] = await Promise.all([deps.agents.list(tenant), deps.tools.list(tenant)])
  const agent = agents.find(({ id }) => id === agentId)
  if (agent === undefined) throw new Failure('not_found', 'there is no such agent')
  const granted = tools.filter(({ upstream, name }) => isGranted(agent.grants, upstream, name))
  const usable = granted.flatMap(reachOf).sort((a, b) => (a.exposedName < b.exposedName ? -1 : 1))
  const named = new Set(usable.map(({ exposedName }) => exposedName))
  return {
    agent,
    usable,
    blocked: granted
      .map(({ exposedName }) => exposedName)
      .filter((name) => !named.has(name))
      .sort(),
    idle: agent.grants.filter(
      (grant) => !tools.some(({ upstream, name }) => isGranted([grant], upstream, name)),
    ),
    isCombined:
      usable.some(({ readsStrangers }) => readsStrangers) &&
      usable.some(({ changes }) => changes) &&
      usable.some(({ reachesOutside }) => reachesOutside),
  }
}

/** Nothing for a tool that cannot be called: not reviewed, or not what was reviewed any more. */
function reachOf({
  status,
  reviewed,
  definitionDigest,
  ...tool
}: Tool): readonly [ToolReach] | readonly [] {
  if (status !== 'approved' || reviewed?.definitionDigest !== definitionDigest) return []
  const classes = classesOf(reviewed)
  const effect = classes.map((each) => each.effect).reduce(worstEffect, 'read')
  const isEver = (flag: string) => classes.some(({ flags }) => flags.some((each) => each === flag))
  const { upstream, name, exposedName } = tool
  return [
    {
      ...{ upstream, name, exposedName, effect },
      readsStrangers: isEver('untrusted-output'),
      changes: atLeast(effect, 'write'),
      reachesOutside: isEver('external') || isEver('externally-visible'),
    },
  ]
}
