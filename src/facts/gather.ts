/**
 * Collects what a decision rests on. Revisions are read before values: if anything changes in between, the
 * revision is the older one and the dispatch commit sends the call back here.
 */
import type { Asset, AssetStore } from '../case/asset.ts'
import type { CaseStore } from '../case/case.ts'
import type { ClassifiedCall, Target } from '../catalogue/tool.ts'
import { atLeast } from '../catalogue/tool.ts'
import type { AgentStore } from '../identity/ports.ts'
import { isWithin } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import { isDutyKnown, outdatedFeeds } from '../roster/known-duty.ts'
import type { RosterStore } from '../roster/roster.ts'
import type { TaskStore } from '../task/ports.ts'
import type { Facts, Seen, StaleFact, Stop, TargetFacts } from './facts.ts'
import type { FactMemory } from './memory.ts'
import type { RevisionStore, StopStore } from './ports.ts'

export type FactSources = {
  readonly agents: AgentStore
  readonly tasks: TaskStore
  readonly cases: CaseStore
  readonly assets: AssetStore
  readonly stops: StopStore
  readonly revisions: RevisionStore
  /** What this node has read at earlier revisions; only values of the revision just read are taken from it. */
  readonly memory: FactMemory
  readonly roster: Pick<RosterStore, 'feeds' | 'onDuty'>
  /** The feeds this gateway reads; without one, people enter the shifts and nothing can grow old. */
  readonly feedsRead: readonly string[]
  /** Whether this node knows what time it is; every age and every end is reckoned by it. */
  readonly isClockSteady: () => boolean
}

/** How old a fact may be before it counts as unknown. */
export type FreshnessLimits = {
  readonly caseMs: number
  readonly assetMs: number
  readonly rosterMs: number
}

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

/** Raised whenever a feed was read, or could not be. */
const ROSTER = 'roster'

/** Reads everything, or throws `facts_unavailable` when agent, task or case is gone. */
export async function gatherFacts(
  sources: FactSources,
  limits: FreshnessLimits,
  request: FactRequest,
): Promise<Facts> {
  const { tenant, call, nowMs } = request
  const keys = factKeys(request)
  const revisions = await sources.revisions.read(tenant, [
    ...new Set([...keys, exposureKey(request), ...(sources.feedsRead.length > 0 ? [ROSTER] : [])]),
  ])
  const seen = Object.fromEntries(keys.map((key) => [key, revisions[key] ?? 0]))
  const [agent, task, caseRecord, exposure, stops, assets] = await readFacts(
    sources,
    request,
    revisions,
  )
  if (agent === undefined || task === undefined || caseRecord === undefined) {
    throw new Failure('facts_unavailable', 'agent, task or case is not in the store')
  }
  const targets = call.targets.map((target, at) => targetFacts(target, assets[at], tenant, nowMs))
  const caseAgeMs = Math.max(0, nowMs - caseRecord.observedAtMs)
  const stale: readonly StaleFact[] = [
    ...(isWithin(limits.caseMs, caseRecord.observedAtMs, nowMs) ? [] : (['case'] as const)),
    ...(targets.every(({ asset }) => isWithin(limits.assetMs, asset.observedAtMs, nowMs))
      ? []
      : (['asset'] as const)),
    ...((await isRosterStale(sources, limits, request, revisions)) ? (['roster'] as const) : []),
    ...(sources.isClockSteady() ? [] : (['clock'] as const)),
  ]
  return {
    agent,
    task,
    caseRecord,
    caseAgeMs,
    exposure,
    targets,
    stops,
    seen,
    stale,
  }
}

/** Feeds are read once per revision, and who is on duty only when one of them is too old. */
async function isRosterStale(
  { roster, feedsRead, memory }: FactSources,
  { rosterMs }: FreshnessLimits,
  { tenant, nowMs }: FactRequest,
  revisions: Seen,
): Promise<boolean> {
  if (feedsRead.length === 0) return false
  const known = await memory.feeds(tenant, ROSTER, revisions[ROSTER] ?? 0, () =>
    roster.feeds(tenant),
  )
  if (outdatedFeeds(feedsRead, known, rosterMs, nowMs).length === 0) return false
  return !isDutyKnown(await roster.onDuty(tenant, nowMs), known, rosterMs, nowMs)
}

function readFacts({ memory, ...sources }: FactSources, request: FactRequest, revisions: Seen) {
  const { tenant, agent, task, caseId, call } = request
  const at = (key: string) => [tenant, key, revisions[key] ?? 0] as const
  return Promise.all([
    memory.agents(...at(`agent/${agent}`), () => sources.agents.byId(tenant, agent)),
    memory.tasks(...at(`task/${task}`), () => sources.tasks.byId(tenant, task)),
    memory.cases(...at(`case/${caseId}`), () => sources.cases.byId(tenant, caseId)),
    memory.exposures(...at(exposureKey(request)), () => sources.tasks.exposure(tenant, task)),
    memory.stops(...at('stop'), () => sources.stops.active(tenant)),
    Promise.all(
      call.targets.map((target) =>
        memory.assets(...at(assetKey(target)), () =>
          sources.assets.byName(tenant, target.kind, target.id),
        ),
      ),
    ),
  ])
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
    ...(isRisky ? [exposureKey(request)] : []),
    ...new Set(call.targets.map(assetKey)),
  ]
}

function exposureKey({ task }: FactRequest): string {
  return `exposure/${task}`
}

function assetKey({ kind, id }: Target): string {
  return `asset/${kind}/${id.toLowerCase()}`
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
