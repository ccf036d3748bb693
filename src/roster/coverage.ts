/**
 * Who could decide, for every minute ahead (R145): for each gated class, the spans in which the roles it asks
 * for are not held by eligible, certified people; the spans in which nobody could press stop; and the spans
 * in which two people hold a role with equal precedence. Pure: one sweep over the instants at which anything
 * changes.
 */
import type { Certificate, Person, Role } from '../identity/person.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Shift } from './roster.ts'
import { byPrecedence } from './roster.ts'

/** A class of calls that waits for people: each role must be met by a different person. */
export type GatedClass = {
  readonly action: string
  readonly effect: string
  readonly roles: readonly Role[]
}

/**
 * The furthest test anybody on duty for the role failed, in the order of eligibility; `same_person`: each role
 * has somebody, but there are fewer people than roles.
 */
export const GAP_REASONS = [
  'nobody_on_duty',
  'suspended',
  'role_not_held',
  'not_certified',
  'same_person',
] as const
export type GapReason = (typeof GAP_REASONS)[number]

export type Span = { readonly fromMs: InstantMs; readonly toMs: InstantMs }
export type Gap = Span & {
  readonly action: string
  readonly effect: string
  readonly role: Role
  readonly reason: GapReason
}
/** Two shifts of one role with the same precedence and the same start: who goes first is chance. */
export type Unclear = Span & { readonly role: Role; readonly people: readonly string[] }

export type Coverage = Span & {
  readonly gaps: readonly Gap[]
  readonly withoutStopHolder: readonly Span[]
  readonly unclear: readonly Unclear[]
}

export type CoverageFacts = Span & {
  readonly classes: readonly GatedClass[]
  readonly shifts: readonly Shift[]
  readonly people: readonly Person[]
  readonly certificates: readonly Certificate[]
}

export function coverage(facts: CoverageFacts): Coverage {
  const people = new Map(facts.people.map((person) => [person.id, person]))
  const certificates = Map.groupBy(facts.certificates, ({ person }) => person)
  const gaps = createSpans<Gap>()
  const withoutStopHolder = createSpans<Span>()
  const unclear = createSpans<Unclear>()
  for (const { span, shifts } of stretches(facts)) {
    const at: Stretch = { atMs: span.fromMs, shifts, people, certificates }
    if (!shifts.some(({ person }) => people.get(person)?.state === 'active')) {
      withoutStopHolder.add('stop', span)
    }
    for (const { action, effect, roles } of facts.classes) {
      const gap = gapOf(at, action, effect, roles)
      if (gap === undefined) continue
      const key = [action, effect, gap.role, gap.reason].join('|')
      gaps.add(key, { ...span, action, effect, ...gap })
    }
    for (const tie of tiesIn(at)) {
      unclear.add([tie.role, ...tie.people].join('|'), { ...span, ...tie })
    }
  }
  const { fromMs, toMs } = facts
  return {
    fromMs,
    toMs,
    gaps: gaps.all(),
    withoutStopHolder: withoutStopHolder.all(),
    unclear: unclear.all(),
  }
}

/** Everything that holds from `atMs` until something changes. */
type Stretch = {
  readonly atMs: InstantMs
  readonly shifts: readonly Shift[]
  readonly people: ReadonlyMap<string, Person>
  readonly certificates: ReadonlyMap<string, readonly Certificate[]>
}

/** The span cut where a shift begins or ends or a certificate expires, with the shifts that run in each piece. */
function* stretches(facts: CoverageFacts): Generator<{ span: Span; shifts: readonly Shift[] }> {
  const { fromMs, toMs } = facts
  const edges = [
    fromMs,
    toMs,
    ...facts.shifts.flatMap((shift) => [shift.fromMs, shift.toMs]),
    ...facts.certificates.map(({ expiresAtMs }) => expiresAtMs),
  ].filter((edge) => edge >= fromMs && edge <= toMs)
  const cuts = [...new Set(edges)].sort((a, b) => a - b)
  const waiting = facts.shifts.toSorted((a, b) => b.fromMs - a.fromMs)
  let running: readonly Shift[] = []
  for (const [index, cut] of cuts.entries()) {
    const next = cuts[index + 1]
    if (next === undefined) return
    const begun: Shift[] = []
    for (
      let last = waiting.at(-1);
      last !== undefined && last.fromMs <= cut;
      last = waiting.at(-1)
    ) {
      begun.push(last)
      waiting.pop()
    }
    running = [...running, ...begun].filter((shift) => shift.toMs > cut)
    yield { span: { fromMs: cut, toMs: next }, shifts: running }
  }
}

function gapOf(
  at: Stretch,
  action: string,
  effect: string,
  roles: readonly Role[],
): { readonly role: Role; readonly reason: GapReason } | undefined {
  const holders: (readonly string[])[] = []
  for (const role of roles) {
    const tested = at.shifts
      .filter((shift) => shift.role === role)
      .map(({ person }) => ({ person, failing: failingTest(at, person, role, [action, effect]) }))
    const able = tested.filter(({ failing }) => failing === undefined).map(({ person }) => person)
    if (able.length === 0) {
      const furthest = Math.max(0, ...tested.map(({ failing }) => rankOf(failing)))
      return { role, reason: GAP_REASONS[furthest] ?? 'nobody_on_duty' }
    }
    holders.push(able)
    if (!canFill(holders, new Set())) return { role, reason: 'same_person' }
  }
  return undefined
}

function failingTest(
  at: Stretch,
  id: string,
  role: Role,
  classes: readonly string[],
): GapReason | undefined {
  const person = at.people.get(id)
  if (person?.state !== 'active') return 'suspended'
  if (!person.roles.includes(role)) return 'role_not_held'
  const isCertified = at.certificates
    .get(id)
    ?.some((held) => classes.includes(held.actionClass) && held.expiresAtMs > at.atMs)
  return isCertified ? undefined : 'not_certified'
}

function rankOf(reason: GapReason | undefined): number {
  return reason === undefined ? 0 : GAP_REASONS.indexOf(reason)
}

/** Whether each list can give somebody no other list gives. There are at most a handful of roles. */
function canFill(holders: readonly (readonly string[])[], taken: ReadonlySet<string>): boolean {
  const [first, ...rest] = holders
  if (first === undefined) return true
  return first.some((one) => !taken.has(one) && canFill(rest, new Set([...taken, one])))
}

function tiesIn(
  at: Stretch,
): readonly { readonly role: Role; readonly people: readonly string[] }[] {
  const byRole = Map.groupBy(at.shifts, ({ role }) => role)
  return [...byRole].flatMap(([role, shifts]) => {
    const able = shifts.filter(({ person }) => {
      const found = at.people.get(person)
      return found?.state === 'active' && found.roles.includes(role)
    })
    const first = able.toSorted(byPrecedence)[0]
    const equal = able.filter(
      (shift) => shift.precedence === first?.precedence && shift.fromMs === first.fromMs,
    )
    const people = [...new Set(equal.map(({ person }) => person))].sort()
    return people.length > 1 ? [{ role, people }] : []
  })
}

/** Collects spans; one that begins where the last of its key ended makes that longer. */
function createSpans<T extends Span>() {
  const spans: T[] = []
  const lastOf = new Map<string, number>()
  return {
    add: (key: string, span: T): void => {
      const at = lastOf.get(key)
      const last = at === undefined ? undefined : spans[at]
      if (at !== undefined && last !== undefined && last.toMs === span.fromMs) {
        spans[at] = { ...last, toMs: span.toMs }
        return
      }
      lastOf.set(key, spans.length)
      spans.push(span)
    },
    all: (): readonly T[] => spans,
  }
}
