/**
 * Collects what a decision rests on. Revisions are read before values: if anything changes in between, the
 * revision is the older one and the dispatch commit sends the call back here.
 */
import type { Asset, AssetStore } from '../case/asset.ts'
import type { CaseStore } from '../case/case.ts'
import type { ClassifiedCall, Target } from '../catalogue/tool.ts'
import { atLeast } from '../catalogue/tool.ts'
import type { AgentStore } from '../identity/ports.ts'
import { Failure } from '../kernel/failure.ts'
import type { TaskStore } from '../task/ports.ts'
import type { Facts, Stop, TargetFacts } from './facts.ts'
import type { RevisionStore, StopStore } from './ports.ts'

export type FactSources = {
  readonly agents: AgentStore
  readonly tasks: TaskStore
  readonly cases: CaseStore
  readonly assets: AssetStore
  readonly stops: StopStore
  readonly revisions: RevisionStore
}

/** How old a fact may be before it counts as unknown. */
export type FreshnessLimits = { readonly caseMs: number; readonly assetMs: number }

/** Which call the facts are for. */
export type FactRequest = {
  readonly tenant: string
  readonly agent: string
  readonly task: string
  readonly caseId: string
  readonly call: ClassifiedCall
  /** The tool the frame goes to; differs from the call's tool when a meta-tool was unwrapped. */
  readonly outer: { readonly upstream: string; readonly name: string }
  readonly nowMs: number
}

/** Reads everything, or throws `facts_unavailable` when agent, task or case is gone. */
export async function gatherFacts(
  sources: FactSources,
  limits: FreshnessLimits,
  request: FactRequest,
): Promise<Facts> {
  const { tenant, call, nowMs } = request
  const seen = await sources.revisions.read(tenant, factKeys(request))
  const [agent, task, caseRecord, exposure, stops, assets] = await Promise.all([
    sources.agents.byId(tenant, request.agent),
    sources.tasks.byId(tenant, request.task),
    sources.cases.byId(tenant, request.caseId),
    sources.tasks.exposure(tenant, request.task),
    sources.stops.active(tenant),
    Promise.all(
      call.targets.map((target) => sources.assets.byName(tenant, target.kind, target.id)),
    ),
  ])
  if (agent === undefined || task === undefined || caseRecord === undefined) {
    throw new Failure('facts_unavailable', 'agent, task or case is not in the store')
  }
  const targets = call.targets.map((target, at) => targetFacts(target, assets[at], tenant, nowMs))
  const caseAgeMs = Math.max(0, nowMs - caseRecord.observedAtMs)
  return {
    agent,
    task,
    caseRecord,
    caseAgeMs,
    exposure,
    targets,
    stops,
    seen,
    stale: [
      ...(caseAgeMs > limits.caseMs ? ['case'] : []),
      ...(targets.some((each) => each.isKnown && nowMs - each.asset.observedAtMs > limits.assetMs)
        ? ['asset']
        : []),
    ],
  }
}

/** The keys whose revision must still hold at dispatch. Exposure counts once an effect can do harm. */
export function factKeys(request: FactRequest): readonly string[] {
  const { call } = request
  const { upstream, kind, name } = call.tool
  const isRisky = atLeast(call.effect, 'influence') || call.flags.includes('external')
  return [
    `agent/${request.agent}`,
    `task/${request.task}`,
    `case/${request.caseId}`,
    `tool/${upstream}/${kind}/${name}`,
    ...(call.via === undefined
      ? []
      : [`tool/${request.outer.upstream}/tool/${request.outer.name}`]),
    'policy',
    'stop',
    ...(isRisky ? [`exposure/${request.task}`] : []),
    ...new Set(call.targets.map((target) => `asset/${target.kind}/${target.id.toLowerCase()}`)),
  ]
}

/** A target nobody inventoried counts as a single asset of the highest criticality. */
function targetFacts(
  target: Target,
  asset: Asset | undefined,
  tenant: string,
  nowMs: number,
): TargetFacts {
  if (asset !== undefined) return { target, isKnown: true, asset }
  return {
    target,
    isKnown: false,
    asset: {
      tenant,
      id: '',
      kind: target.kind,
      name: target.id,
      criticality: 5,
      environment: 'unknown',
      isNeverTouch: false,
      labels: [],
      observedAtMs: nowMs,
      revision: 0,
    },
  }
}

/** The stop that forbids this call, if one is on. */
export function stopFor(
  stops: readonly Stop[],
  call: ClassifiedCall,
  agent: string,
): Stop | undefined {
  return stops.find((stop) => {
    if (stop.scope === 'tenant') return true
    if (stop.scope === 'agent') return stop.subject === agent
    // A tool that runs tools is stopped as itself, and the one it would run as that one.
    if (stop.scope === 'tool')
      return stop.subject === call.tool.exposedName || stop.subject === call.via
    return atLeast(call.effect, 'influence')
  })
}
