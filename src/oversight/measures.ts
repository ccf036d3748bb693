/**
 * How people decide, in figures: how much they are asked, how long they take, how often they say no. Pure, and each
 * figure is described in docs/guides/oversight.md. A share of nothing is absent, never zero: nobody should read "no
 * denials" where nothing was decided.
 */

import type { InstantMs } from '../kernel/clock.ts'
import type { Shift } from '../roster/roster.ts'
import type { AskedOnce } from './records.ts'

/** A yes within this time of the first look at the request is a quick one. Nobody reads a package in less. */
export const QUICK_YES_MS = 10_000
const DAY_MS = 24 * 3_600_000

export type Latency = {
  readonly decided: number
  readonly medianMs?: number
  /** Nine of ten decisions took at most this long. */
  readonly p90Ms?: number
  readonly longestMs?: number
}

export type Outcomes = {
  readonly asked: number
  readonly waiting: number
  readonly approved: number
  readonly denied: number
  readonly expired: number
  readonly expiredUnseen: number
  readonly cancelled: number
  /** Denied among approved and denied. */
  readonly denialRate?: number
}

export type DayFigures = Outcomes & { readonly dayMs: InstantMs; readonly medianMs?: number }
export type EffectFigures = Outcomes & Latency & { readonly effect: string }

export type RuleFigures = Outcomes & Latency & { readonly rule: string }

export type PersonFigures = {
  readonly person: string
  /** Requests that ended in this person's hands, or still are. */
  readonly put: number
  readonly approved: number
  readonly denied: number
  readonly quickYeses: number
  readonly medianMs?: number
  readonly shifts: number
  /** Requests put to them that were asked while they were on one of these shifts. */
  readonly putOnShift: number
  readonly perShift?: number
  readonly mostInOneShift: number
}

export type QuickYeses = { readonly quick: number; readonly seen: number; readonly unseen: number }

/** Counts by what became of each. */
export function outcomesOf(asked: readonly AskedOnce[]): Outcomes {
  const of = (state: AskedOnce['state']) => asked.filter((each) => each.state === state).length
  const [approved, denied] = [of('approved'), of('denied')]
  const decided = approved + denied
  return {
    asked: asked.length,
    waiting: of('pending'),
    approved,
    denied,
    expired: of('expired'),
    expiredUnseen: asked.filter(({ reasonCode }) => reasonCode === 'expired_unseen').length,
    cancelled: of('cancelled'),
    ...(decided === 0 ? {} : { denialRate: denied / decided }),
  }
}

/** From the question to the deciding yes or no; what nobody decided has no latency. */
export function latencyOf(asked: readonly AskedOnce[]): Latency {
  const spans = asked.flatMap(spanOf).sort((a, b) => a - b)
  return {
    decided: spans.length,
    ...at('medianMs', spans, 0.5),
    ...at('p90Ms', spans, 0.9),
    ...at('longestMs', spans, 1),
  }
}

/** One row for each UTC day of the span, the empty ones too: a hole would look like a quiet day left out. */
export function byDay(
  asked: readonly AskedOnce[],
  fromMs: InstantMs,
  toMs: InstantMs,
): readonly DayFigures[] {
  const days = new Map<InstantMs, AskedOnce[]>()
  for (let dayMs = dayOf(fromMs); dayMs < toMs; dayMs += DAY_MS) days.set(dayMs, [])
  for (const each of asked) days.get(dayOf(each.createdAtMs))?.push(each)
  return [...days].map(([dayMs, those]) => ({
    dayMs,
    ...outcomesOf(those),
    ...medianOf(those),
  }))
}

export function byEffect(asked: readonly AskedOnce[]): readonly EffectFigures[] {
  const groups = Map.groupBy(asked, ({ effect }) => effect)
  return [...groups].map(([effect, those]) => ({
    effect,
    ...outcomesOf(those),
    ...latencyOf(those),
  }))
}

/** What each rule costs, the most asking first. A request that two rules asked for counts for both. */
export function byRule(asked: readonly AskedOnce[]): readonly RuleFigures[] {
  const rules = [...new Set(asked.flatMap((each) => each.rules))]
  return rules
    .map((rule) => {
      const those = asked.filter((each) => each.rules.includes(rule))
      return { rule, ...outcomesOf(those), ...latencyOf(those) }
    })
    .sort((a, b) => b.asked - a.asked || (a.rule < b.rule ? -1 : 1))
}

export function quickYesesOf(asked: readonly AskedOnce[]): QuickYeses {
  const yeses = asked.filter(({ state }) => state === 'approved')
  const seen = yeses.filter(({ viewedAtMs }) => viewedAtMs !== undefined)
  return {
    quick: yeses.filter(isQuick).length,
    seen: seen.length,
    unseen: yeses.length - seen.length,
  }
}

/** Everybody who was asked or was on a shift, the most asked first. */
export function byPerson(
  asked: readonly AskedOnce[],
  shifts: readonly Shift[],
): readonly PersonFigures[] {
  const deciders = asked.flatMap(({ decidedBy, owner }) => [decidedBy ?? owner, owner])
  const people = [...new Set([...deciders, ...shifts.map(({ person }) => person)])]
  return people
    .flatMap((person) => (person === undefined ? [] : [figuresOf(person, asked, shifts)]))
    .sort((a, b) => b.put - a.put || (a.person < b.person ? -1 : 1))
}

function figuresOf(
  person: string,
  asked: readonly AskedOnce[],
  shifts: readonly Shift[],
): PersonFigures {
  const put = asked.filter(({ owner }) => owner === person)
  const decided = asked.filter(({ decidedBy }) => decidedBy === person)
  const spans = joined(shifts.filter((shift) => shift.person === person))
  const counts = spans.map(({ fromMs, toMs }) => put.filter(isWithin(fromMs, toMs)).length)
  const putOnShift = counts.reduce((sum, count) => sum + count, 0)
  return {
    person,
    put: put.length,
    approved: decided.filter(({ state }) => state === 'approved').length,
    denied: decided.filter(({ state }) => state === 'denied').length,
    quickYeses: decided.filter((each) => each.state === 'approved' && isQuick(each)).length,
    ...medianOf(decided),
    shifts: spans.length,
    putOnShift,
    ...(spans.length === 0 ? {} : { perShift: putOnShift / spans.length }),
    mostInOneShift: Math.max(0, ...counts),
  }
}

type Span = { readonly fromMs: InstantMs; readonly toMs: InstantMs }

/** Two roles at once are one shift of one person, and so are two that overlap; two in a row are two. */
function joined(shifts: readonly Shift[]): readonly Span[] {
  const spans: Span[] = []
  for (const { fromMs, toMs } of shifts.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = spans.at(-1)
    if (last === undefined || fromMs >= last.toMs) spans.push({ fromMs, toMs })
    else spans[spans.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, toMs) }
  }
  return spans
}

function isWithin(fromMs: InstantMs, toMs: InstantMs): (each: AskedOnce) => boolean {
  return ({ createdAtMs }) => createdAtMs >= fromMs && createdAtMs < toMs
}

function isQuick({ state, viewedAtMs, decidedAtMs }: AskedOnce): boolean {
  if (state !== 'approved' || viewedAtMs === undefined || decidedAtMs === undefined) return false
  return decidedAtMs - viewedAtMs < QUICK_YES_MS
}

function spanOf({ state, createdAtMs, decidedAtMs }: AskedOnce): readonly number[] {
  const isDecided = state === 'approved' || state === 'denied'
  return isDecided && decidedAtMs !== undefined ? [decidedAtMs - createdAtMs] : []
}

function medianOf(asked: readonly AskedOnce[]): Pick<Latency, 'medianMs'> {
  const { medianMs } = latencyOf(asked)
  return medianMs === undefined ? {} : { medianMs }
}

/** The smallest value that this share of all does not exceed (nearest rank); nothing of nothing. */
function at<Name extends string>(
  name: Name,
  sorted: readonly number[],
  share: number,
): { readonly [N in Name]?: number } {
  const value = sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)]
  return (value === undefined ? {} : { [name]: value }) as { readonly [N in Name]?: number }
}

function dayOf(atMs: InstantMs): InstantMs {
  return atMs - (atMs % DAY_MS)
}
