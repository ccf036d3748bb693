/** Which kills a run makes: every labelled point, at passings spread over a round of work. Seeded. */
import { type Strike, TORN_WRITE } from './victim-plan.ts'

/** A kill with the name it is counted under. Without a strike it comes from outside, at any moment. */
export type Kill = {
  readonly name: string
  readonly strike?: Strike
  /** Milliseconds after the process was started. */
  readonly atMs?: number
}

/** A number in [0, 1). */
export type Random = () => number

/** mulberry32: the same seed gives the same run. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

const COMMIT_LABELS = [
  'commit:begin',
  'commit:before-append',
  'commit:before-db-commit',
  'commit:after-db-commit',
  'commit:after-witness',
]
/** Points of the work, in the order of a call's life. */
const SERVE_LABELS = [
  ...COMMIT_LABELS,
  'dispatch:before',
  'dispatch:after',
  'act:after',
  'probe:dispatched',
  'probe:acted',
  'outcome:after',
  'request:after',
  'decision:after',
  'refusal:after',
  'collect:before',
  'collect:dispatched',
  'collect:acted',
  'collect:after',
  'checkpoint:signed',
  TORN_WRITE,
]
/** Points of a start that finds calls in flight. */
const START_LABELS = [
  'checkpoint:signed',
  ...COMMIT_LABELS,
  'recover:settled',
  'start:recovered',
  TORN_WRITE,
]
/** Until a first start serves it writes four files of `keys/`, the witness, and its first slot. */
const FIRST_WRITES = 6
/** After these a call is in flight, so that the next start has something to recover. */
const IN_FLIGHT_LABELS = ['dispatch:after', 'act:after', 'probe:dispatched', 'probe:acted']

/** Under these names a run has to have killed on every engine, or it says nothing about some point. */
export const POINTS: readonly string[] = [
  ...SERVE_LABELS,
  'during commit',
  ...START_LABELS.map((label) => `start ${label}`),
  'anywhere',
]

/** How often each label is passed in one round of work. */
export type Passings = Readonly<Record<string, number>>

type Case = (random: Random, turn: number) => readonly Kill[]

/** A first start takes three seconds on a busy core, so few suffice. */
const FIRST_START_SHARE = 0.06

export type KillPlan = {
  /** On a prepared installation each. */
  readonly chunks: readonly (readonly Kill[])[]
  /** On a blank one each. */
  readonly firstStarts: readonly Kill[]
}

/** The kills of one engine. */
export function planKills(
  count: number,
  perInstallation: number,
  passings: Passings,
  random: Random,
): KillPlan {
  const firstStarts = planFirstStarts(Math.floor(count * FIRST_START_SHARE), random)
  return {
    firstStarts,
    chunks: planChunks(count - firstStarts.length, perInstallation, passings, random),
  }
}

/**
 * Kills in chunks that share an installation. Every kind of kill comes up in turn; its passing walks through the
 * round of work, so that the same label is met in different states.
 */
function planChunks(
  count: number,
  perInstallation: number,
  passings: Passings,
  random: Random,
): readonly (readonly Kill[])[] {
  const cases = casesOf(passings)
  const groups: (readonly Kill[])[] = []
  let planned = 0
  for (let at = 0; planned < count; at++) {
    const turn = Math.floor(at / cases.length)
    const next = cases[at % cases.length]?.(random, turn) ?? []
    const group = next.slice(0, count - planned)
    groups.push(group)
    planned += group.length
  }
  const rounds = Math.ceil(planned / perInstallation)
  const chunks = Array.from({ length: rounds }, (): Kill[] => [])
  let made = 0
  for (const group of groups) {
    // What a kill leaves is what the next one of its group is about.
    chunks[Math.floor((made * rounds) / planned)]?.push(...group)
    made += group.length
  }
  return chunks
}

/**
 * Kills during the very first start of an installation, each on a blank one of its own: in every write, at
 * every point of its first commits (the policy before it serves, the tools after), and at any moment.
 */
function planFirstStarts(count: number, random: Random): readonly Kill[] {
  const strike = (label: string, phase: Strike['phase'], passing: number): Kill => ({
    name: `first start ${label}`,
    strike: { phase, label, passing },
  })
  const writes = Array.from({ length: FIRST_WRITES }, (_, at) =>
    strike(TORN_WRITE, 'start', at + 1),
  )
  const commits = COMMIT_LABELS.flatMap((label) => [
    strike(label, 'start', 1),
    strike(label, 'serve', 1),
  ])
  const all = Array.from({ length: commits.length }, (_, at) => [
    ...writes.slice(at, at + 1),
    ...commits.slice(at, at + 1),
    // A first start takes one to three seconds.
    { name: 'first start anywhere', atMs: 200 + Math.floor(random() * 2_500) },
  ]).flat()
  return all.slice(0, count)
}

function casesOf(passings: Passings): readonly Case[] {
  const serving = (label: string, random: Random): Strike => ({
    phase: 'serve',
    label,
    passing: 1 + Math.floor(random() * (passings[label] ?? 1)),
  })
  const atLabel = SERVE_LABELS.map((label): Case => {
    return (random) => [{ name: label, strike: serving(label, random) }]
  })
  const duringCommit: Case = (random) => {
    const strike = serving('commit:before-db-commit', random)
    return [{ name: 'during commit', strike: { ...strike, afterMs: Math.floor(random() * 3) } }]
  }
  const whileStarting = START_LABELS.map((label, at): Case => {
    return (random, turn) => {
      const before = IN_FLIGHT_LABELS[(at + turn) % IN_FLIGHT_LABELS.length] ?? 'act:after'
      return [
        { name: before, strike: serving(before, random) },
        { name: `start ${label}`, strike: { phase: 'start', label, passing: 1 } },
      ]
    }
  })
  // A start takes about a second here, a round of work another one.
  const anywhere: Case = (random) => [
    { name: 'anywhere', atMs: 100 + Math.floor(random() * 2_400) },
  ]
  return interleaved([...atLabel, duringCommit], [...whileStarting, anywhere])
}

/** Alternates while both last, so that a short run meets both kinds. */
function interleaved<T>(first: readonly T[], second: readonly T[]): readonly T[] {
  return first.flatMap((one, at) => [one, ...second.slice(at, at + 1)])
}

/** The kill at this place, to be made again; a start that is killed is about what the kill before it left. */
export function withWhatItIsAbout<T>(
  kills: readonly T[],
  at: number,
  isStart: boolean,
): readonly T[] {
  return kills.slice(isStart ? Math.max(0, at - 1) : at, at + 1)
}
