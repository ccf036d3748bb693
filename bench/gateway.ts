/**
 * What one governed read costs: the same call straight to a tool server, through the least possible proxy,
 * through the bare MCP library, and through Countersign. Rounds take turns over the targets, so that whatever
 * else the machine does falls on all of them.
 */
import { load } from './gateway/load.ts'
import { startTarget, type Target } from './gateway/start-target.ts'
import { readCall, TOOL } from './gateway/wire.ts'
import { type Bench, type BenchCase, compared, type Limit } from './report.ts'
import { median, quantile } from './statistics.ts'

/** The promise: a governed read costs at most this much CPU more than the bare library. Milliseconds. */
const CPU_ALLOWANCE_MS = 2
const IN_FLIGHT = [1, 16] as const

const TARGETS = ['direct', 'JSON pass-through', 'bare SDK proxy', 'Countersign'] as const
type Name = (typeof TARGETS)[number]

/** One figure per round; the median of the rounds is what is reported. */
type Figures = {
  readonly p50: number[]
  readonly p99: number[]
  readonly perSecond: number[]
  readonly cpuMs: number[]
}

type Measured = ReadonlyMap<string, Figures>

/**
 * A round is long enough for a p99 that is not the maximum, and short enough that the others get their turn.
 * Rounds end early once `mostMs` have passed, so that a busy machine cannot hold up CI.
 */
const LONG = { warmCalls: 1_500, warmAlone: 300, rounds: 7, calls: 400, mostMs: 240_000 }
// Fewer calls to warm up would measure the compiler. Of five rounds two may be disturbed before the median is.
const SHORT = { warmCalls: 1_000, warmAlone: 300, rounds: 5, calls: 100, mostMs: 20_000 }

export const benchGateway: Bench = async ({ isShort, profileDir, progress }) => {
  const started: Target[] = []
  try {
    const targets = await startTargets(started, profileDir)
    const measured = await inTurns(targets, isShort ? SHORT : LONG, progress)
    return { bench: 'gateway', cases: casesOf(measured), limits: limitsOf(measured) }
  } finally {
    for (const target of started.reverse()) await target.stop()
  }
}

/** Each that has started is put on `started`, so that it ends even if a later one does not start. */
async function startTargets(
  started: Target[],
  profileDir: string | undefined,
): Promise<ReadonlyMap<Name, Target>> {
  const start = async (...options: Parameters<typeof startTarget>): Promise<Target> => {
    const target = await startTarget(...options)
    started.push(target)
    return target
  }
  const profile = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]
  const upstream = await start('upstream.ts')
  const behind = { BENCH_UPSTREAM: upstream.url }
  return new Map<Name, Target>([
    ['direct', upstream],
    ['JSON pass-through', await start('json-proxy.ts', behind)],
    ['bare SDK proxy', await start('sdk-proxy.ts', behind)],
    ['Countersign', await start('countersign.ts', behind, profile)],
  ])
}

async function inTurns(
  targets: ReadonlyMap<Name, Target>,
  plan: typeof LONG,
  progress: (line: string) => void,
): Promise<Measured> {
  // Compilers, connections and caches: a gateway runs for weeks, and nobody measures its first second.
  for (const [name, target] of targets) {
    await measure(name, target, plan.warmCalls, 16)
    // A call alone takes other ways: its commits are nobody else's.
    await measure(name, target, plan.warmAlone, 1)
  }
  const measured = new Map<string, Figures>()
  const startMs = performance.now()
  for (let round = 1; round <= plan.rounds; round++) {
    for (const [name, target] of targets) await measureInto(measured, name, target, plan.calls)
    progress(`round ${round} of ${plan.rounds}`)
    if (performance.now() - startMs > plan.mostMs) break
  }
  return measured
}

async function measureInto(
  measured: Map<string, Figures>,
  name: Name,
  target: Target,
  calls: number,
): Promise<void> {
  for (const inFlight of IN_FLIGHT) {
    const key = `${name}/${inFlight}`
    const figures = measured.get(key) ?? { p50: [], p99: [], perSecond: [], cpuMs: [] }
    measured.set(key, figures)
    const { loaded, cpuMs } = await measure(name, target, calls, inFlight)
    figures.p50.push(quantile(loaded.latenciesMs, 0.5))
    figures.p99.push(quantile(loaded.latenciesMs, 0.99))
    figures.perSecond.push((calls / loaded.elapsedMs) * 1_000)
    figures.cpuMs.push(cpuMs / calls)
  }
}

async function measure(name: Name, target: Target, calls: number, inFlight: number) {
  const isOurs = name === 'Countersign'
  const wire = readCall(isOurs ? `log__${TOOL}` : TOOL, isOurs ? await target.token() : '')
  const before = await target.cpuMs()
  const loaded = await load(target.url, wire, inFlight, calls)
  return { loaded, cpuMs: (await target.cpuMs()) - before }
}

const PAIRS: readonly (readonly [Name, Name])[] = [
  ['JSON pass-through', 'direct'],
  ['bare SDK proxy', 'direct'],
  ['Countersign', 'direct'],
  ['Countersign', 'JSON pass-through'],
  ['Countersign', 'bare SDK proxy'],
]

const UNITS = {
  p50: ['p50', 'ms'],
  p99: ['p99', 'ms'],
  perSecond: ['throughput', 'calls/s'],
  cpuMs: ['CPU per call', 'ms'],
} as const

function casesOf(measured: Measured): readonly BenchCase[] {
  return PAIRS.flatMap(([subject, floor]) =>
    IN_FLIGHT.flatMap((inFlight) =>
      (Object.keys(UNITS) as (keyof Figures)[]).map((figure) => {
        const [title, unit] = UNITS[figure]
        const value = (name: Name) => figureOf(measured, name, inFlight, figure)
        return compared(
          `${subject} / ${floor}: ${title}, ${inFlight} in flight`,
          value(subject),
          value(floor),
          unit,
        )
      }),
    ),
  )
}

function figureOf(measured: Measured, name: Name, inFlight: number, figure: keyof Figures): number {
  return median(measured.get(`${name}/${inFlight}`)?.[figure] ?? [])
}

/** Judged both alone, where every commit is a call's own, and in company, where calls share them. */
function limitsOf(measured: Measured): readonly Limit[] {
  return IN_FLIGHT.map((inFlight) => {
    const ours = figureOf(measured, 'Countersign', inFlight, 'cpuMs')
    const bare = figureOf(measured, 'bare SDK proxy', inFlight, 'cpuMs')
    const most = bare + CPU_ALLOWANCE_MS
    return {
      text: `CPU per governed read, ${inFlight} in flight: ${ours.toFixed(2)} ms; bare SDK proxy ${bare.toFixed(2)} ms + ${CPU_ALLOWANCE_MS} ms = ${most.toFixed(2)} ms`,
      isKept: ours <= most,
    }
  })
}
