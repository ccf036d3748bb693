/** A whole run: kills on one or both engines, spread over installations, two at a time. */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type EngineName, makeTemplate, type Template } from './installation.ts'
import { type Kill, type Passings, planKills, seeded, withWhatItIsAbout } from './kill-plan.ts'
import { Lane } from './lane.ts'
import type { Violation } from './violation.ts'

export type KillRun = {
  readonly engines: readonly EngineName[]
  /** Over all engines. */
  readonly kills: number
  readonly seed: number
  /** Takes every installation; the caller removes it. */
  readonly folder: string
  /** A server on which databases may be made; needed for PostgreSQL only. */
  readonly serverUrl: string | undefined
  readonly progress: (line: string) => void
}

/** One kill that was made, or one end of an installation (without a name). */
export type Outcome = {
  readonly engine: EngineName
  readonly name: string
  readonly hit: boolean
  readonly violations: readonly Violation[]
  /** Where to look when something was found. */
  readonly folder: string
}

/** Histories grow over this many kills; later ones would only make every check slower. */
const KILLS_PER_INSTALLATION = 16
/** Two cores: one life starts while another one works. */
const AT_ONCE = 2

export async function killAll(run: KillRun): Promise<readonly Outcome[]> {
  // Every life compiles the same modules; the first one that ends in order leaves them compiled.
  process.env.NODE_COMPILE_CACHE ??= join(run.folder, 'compiled')
  mkdirSync(run.folder, { recursive: true })
  const outcomes: Outcome[] = []
  const tell = (outcome: Outcome) => {
    outcomes.push(outcome)
    const found = outcome.violations.map(({ code, detail }) => `\n  ${code}: ${detail}`).join('')
    const missed = outcome.hit ? '' : ' (not reached)'
    run.progress(`${outcomes.length} ${outcome.engine} ${outcome.name}${missed}${found}`)
  }
  const templates = await Promise.all(
    run.engines.map((engine) => makeTemplate(engine, run.folder, run.serverUrl)),
  )
  const share = Math.ceil(run.kills / run.engines.length)
  const jobs = await Promise.all(templates.map((template) => jobsOf(run, template, share, tell)))
  const missed = (await inParallel(interleave(jobs))).flat()
  // Once more, on a fresh installation: on a busy machine a round of work may end before its point.
  await inParallel(
    templates.map((template) => async () => {
      const again = missed.filter(({ engine }) => engine === template.engine)
      return killChunk(
        template,
        false,
        again.flatMap(({ kills }) => kills),
        tell,
      )
    }),
  )
  for (const template of templates) await template.remove()
  return outcomes
}

/** Kills that did not reach their point, each after the one it is about. */
type Missed = { readonly engine: EngineName; readonly kills: readonly Kill[] }
type Job = () => Promise<readonly Missed[]>

async function jobsOf(
  run: KillRun,
  template: Template,
  kills: number,
  tell: (outcome: Outcome) => void,
): Promise<readonly Job[]> {
  const random = seeded(run.seed)
  const passings = await measure(template)
  const { chunks, firstStarts } = planKills(kills, KILLS_PER_INSTALLATION, passings, random)
  return [
    ...chunks.map((chunk) => () => killChunk(template, false, chunk, tell)),
    ...firstStarts.map((kill) => () => killChunk(template, true, [kill], tell)),
  ]
}

/** How often the points are passed on this engine: a whole life, and nothing may be found in it. */
async function measure(template: Template): Promise<Passings> {
  const installation = await template.copy()
  const counts = await new Lane(installation).measure()
  await installation.remove()
  return counts
}

async function killChunk(
  template: Template,
  isBlank: boolean,
  kills: readonly Kill[],
  tell: (outcome: Outcome) => void,
): Promise<readonly Missed[]> {
  if (kills.length === 0) return []
  const { engine } = template
  const missed: Missed[] = []
  const installation = await (isBlank ? template.blank() : template.copy())
  const { folder } = installation
  const lane = new Lane(installation)
  for (const [at, kill] of kills.entries()) {
    const { hit, violations } = await lane.kill(kill)
    tell({ engine, name: kill.name, hit, violations, folder })
    if (!hit && !isBlank)
      missed.push({ engine, kills: withWhatItIsAbout(kills, at, kill.strike?.phase === 'start') })
    if (violations.length === 0) continue
    // One fault shows in everything after it; the next installation starts afresh.
    await installation.remove()
    return missed
  }
  const violations = await lane.finish()
  if (violations.length > 0) tell({ engine, name: 'last life', hit: false, violations, folder })
  await installation.remove()
  return missed
}

async function inParallel(jobs: readonly Job[]): Promise<readonly (readonly Missed[])[]> {
  const queue = jobs.values()
  const all: (readonly Missed[])[] = []
  const work = async () => {
    for (const job of queue) all.push(await job())
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  return all
}

/** The engines in turn, so that both are always at work. */
function interleave<T>(lists: readonly (readonly T[])[]): readonly T[] {
  const longest = Math.max(...lists.map((list) => list.length))
  return Array.from({ length: longest }, (_, at) =>
    lists.flatMap((list) => list.slice(at, at + 1)),
  ).flat()
}
