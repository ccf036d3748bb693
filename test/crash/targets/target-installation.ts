/** One installation before one real target: people on duty, an agent, reviewed tools, everything it may touch known. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compiledCode } from '../../../range/settings.ts'
import { refreshPolicy } from '../../../src/command/refresh-tools.ts'
import { type Config, readConfig } from '../../../src/config.ts'
import type { Clock } from '../../../src/kernel/clock.ts'
import { TENANT } from '../../../src/wiring.ts'
import { reviewAll } from '../../harness/any-tools.ts'
import { addAsset, type Plane, startPlane } from '../../harness/plane.ts'
import { brokerAsGiven } from '../given-broker.ts'
import { type Lifelines, openLifelines } from '../lifelines.ts'
import type { RealTarget } from './real-target.ts'

const DAY_MS = 86_400_000
/** Hundreds of targets an hour, and a clock that is turned by minutes, are the point here. */
const ANY_WIDTH = { windowMs: 1, perTask: 1_000, perAgent: 1_000, perTenant: 1_000 }
const FRESH = { caseMs: DAY_MS, assetMs: DAY_MS, rosterMs: DAY_MS }

export type TargetInstallation = {
  /** Without the broker of the target. */
  readonly config: Config
  readonly folder: string
  readonly world: Pick<Plane, 'dana' | 'agent' | 'caseId'>
  readonly lifelines: Lifelines
  readonly target: RealTarget
}

export async function installBefore(
  target: RealTarget,
  folder: string,
): Promise<TargetInstallation> {
  const lifelines = await openLifelines()
  const { databaseUrl: _, ...given } = readConfig({
    COUNTERSIGN_DATA: join(folder, 'data'),
    COUNTERSIGN_PORT: '0',
  })
  const config: Config = {
    ...given,
    upstreams: [withLifeline(target, lifelines.port)],
    ...(target.lending === undefined ? {} : { lending: [target.lending.rule] }),
    limits: { ...given.limits, openRequestsPerAgent: 1_000, fanOut: ANY_WIDTH, freshness: FRESH },
  }
  const { lending } = target
  const { dataDir, ...rest } = config
  const brokers = lending === undefined ? [] : [brokerAsGiven(lending.broker)]
  const plane = await startPlane({
    dataDir,
    upstreams: config.upstreams,
    config: { ...rest, brokers },
  })
  const tools = Object.entries(target.entries).map(([name, entry]) => ({ name, entry }))
  await reviewAll(plane, { config: target.upstream, tools })
  for (const order of target.orders) {
    await addAsset(plane.gateway, order.target.kind, order.target.id)
  }
  // Otherwise the first life would publish policy for the tools that were reviewed.
  await refreshPolicy(plane.gateway.parts.refreshDeps, TENANT)
  await plane.gateway.close()
  const { dana, agent, caseId } = plane
  return { config, folder, world: { dana, agent, caseId }, lifelines, target }
}

function withLifeline({ upstream }: RealTarget, port: number): RealTarget['upstream'] {
  const preload = pathToFileURL(join(import.meta.dirname, '..', 'lifeline.ts')).href
  return {
    ...upstream,
    args: ['--import', preload, ...(upstream.args ?? [])],
    env: {
      ...upstream.env,
      LIFELINE_PORT: String(port),
      ...compiledCode(),
    },
  }
}

/** The machine's clock, and how far a lane has turned it. */
export function turnedClock(): Clock & {
  readonly aheadMs: () => number
  turn: (ms: number) => void
} {
  let ahead = 0
  return {
    nowMs: () => Date.now() + ahead,
    aheadMs: () => ahead,
    turn: (ms) => {
      ahead += ms
    },
  }
}
