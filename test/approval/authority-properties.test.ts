/**
 * Any sequence of clicks, shift changes, suspensions and waiting against a reference model that knows nothing of
 * the code: a list of who signed, and the plain sentence of each rule.
 */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eligibility, mayOwn } from '../../src/approval/eligibility.ts'
import { type DutyView, factsFor } from '../../src/approval/holders.ts'
import type { ApprovalRequest, Grant, Signature } from '../../src/approval/request.ts'
import { closed, decidable, sign } from '../../src/approval/resolve.ts'
import type { Role } from '../../src/identity/person.ts'
import { certificate, NOW_MS, need, person, request, shift } from './duty-world.ts'

const ROLES = ['shift-lead', 'incident-commander', 'analyst'] as const
const IDS = ['p0', 'p1', 'p2', 'p3'] as const

type Who = {
  roles: Role[]
  onDuty: boolean
  certified: boolean
  suspended: boolean
  suspect: boolean
}
type Step =
  | { do: 'yes' | 'take-over' | 'no' | 'duty' | 'certificate' | 'suspend'; who: number }
  | { do: 'wait'; ms: number }

const who: fc.Arbitrary<Who> = fc.record({
  roles: fc.subarray([...ROLES], { minLength: 1 }),
  onDuty: fc.boolean(),
  certified: fc.boolean(),
  suspended: fc.boolean(),
  suspect: fc.boolean(),
})
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('yes' as const), who: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('take-over' as const), who: fc.nat(3) }) },
  fc.record({
    do: fc.constantFrom('no' as const, 'duty' as const, 'certificate' as const, 'suspend' as const),
    who: fc.nat(3),
  }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.nat(600_000) }),
)
const needs = fc.constantFrom(
  [need('shift-lead')],
  [need('analyst', 'confirm')],
  [need('incident-commander', 'dual'), need('shift-lead', 'dual')],
)

/** Everything the commands keep, played without a store. */
type Play = {
  people: Who[]
  request: ApprovalRequest
  signatures: Signature[]
  grants: Grant[]
  nowMs: number
}

function viewOf({ people, nowMs }: Play): DutyView {
  const all = people.map(({ roles, suspended }, at) =>
    person(IDS[at] ?? '', roles, { state: suspended ? 'suspended' : 'active' }),
  )
  return {
    people: all,
    onDuty: people.flatMap((each, at) =>
      each.onDuty ? each.roles.map((role) => shift(IDS[at] ?? '', role, at)) : [],
    ),
    certificates: people.flatMap((each, at) =>
      each.certified ? [certificate(IDS[at] ?? '', 'contain', nowMs + 1)] : [],
    ),
    delegations: [],
    unrecorded: [],
    suspects: people.flatMap((each, at) => (each.suspect ? [IDS[at] ?? ''] : [])),
    targetNames: [],
    limitOf: () => undefined,
    nowMs,
  }
}

function apply(play: Play, one: Step): void {
  if (one.do === 'wait') play.nowMs += one.ms
  else if (one.do === 'duty') flip(play, one.who, 'onDuty')
  else if (one.do === 'certificate') flip(play, one.who, 'certified')
  else if (one.do === 'suspend') flip(play, one.who, 'suspended')
  else decide(play, one.do, one.who)
}

function flip({ people }: Play, at: number, what: 'onDuty' | 'certified' | 'suspended'): void {
  const found = people[at]
  if (found !== undefined) found[what] = !found[what]
}

function decide(play: Play, verb: 'yes' | 'take-over' | 'no', at: number): void {
  const view = viewOf(play)
  const actor = view.people[at]
  const { request: asked } = play
  if (actor === undefined || decidable(asked, asked.actionDigest, play.nowMs) !== undefined) return
  const facts = factsFor(view, asked, actor, play.signatures)
  if (verb === 'no') {
    if (actor.state === 'active') play.request = closed(asked, 'denied', actor.id, play.nowMs)
  } else if (verb === 'take-over') {
    if (!mayOwn(facts).isEligible) return
    play.signatures = play.signatures.filter((signed) => signed.person !== actor.id)
    play.request = { ...asked, owner: actor.id }
  } else {
    const verdict = eligibility(facts)
    if (!verdict.isEligible) return
    const { role } = verdict.need
    const signature = {
      tenant: 'main',
      request: asked.id,
      person: actor.id,
      role,
      atMs: play.nowMs,
    }
    expectEntitled(play, at, role)
    const resolved = sign(asked, play.signatures, signature, `grant-${play.grants.length}`)
    if (resolved.kind === 'refused') throw new Error('an eligible signature was refused')
    play.signatures = [...play.signatures, signature]
    play.request = resolved.request
    if (resolved.kind === 'granted') play.grants = [...play.grants, resolved.grant]
  }
}

/** The rules in one sentence each, said without the code under test. */
function expectEntitled(
  { people, request: asked, signatures }: Play,
  at: number,
  role: Role,
): void {
  const found = people[at]
  const id = IDS[at]
  const strength = asked.needs.find((each) => each.role === role)?.strength
  const isOwners = asked.needs[0]?.role === role
  expect(found).toMatchObject({ onDuty: true, certified: true, suspended: false, suspect: false })
  expect(found?.roles).toContain(role)
  expect(signatures.map((signed) => signed.person)).not.toContain(id)
  if (isOwners && strength !== 'confirm') expect(asked.owner).toBe(id)
}

/** Whether different people could meet all needs now, by trying every assignment. */
function couldBeMet({ people, request: asked }: Play): boolean {
  const able = (at: number, role: Role): boolean => {
    const found = people[at]
    return (
      found?.onDuty === true &&
      found.certified &&
      !found.suspended &&
      !found.suspect &&
      found.roles.includes(role)
    )
  }
  const fill = (left: readonly Role[], taken: readonly number[]): boolean => {
    const [role, ...rest] = left
    if (role === undefined) return true
    return IDS.some(
      (_id, at) => !taken.includes(at) && able(at, role) && fill(rest, [...taken, at]),
    )
  }
  return fill(
    asked.needs.map(({ role }) => role),
    [],
  )
}

function play(people: Who[], asked: readonly ReturnType<typeof need>[], steps: Step[]): Play {
  const state: Play = {
    people: structuredClone(people),
    request: request(asked),
    signatures: [],
    grants: [],
    nowMs: NOW_MS,
  }
  for (const one of steps) apply(state, one)
  return state
}

const RUNS = { numRuns: 1_000 }

describe('no sequence of events', () => {
  it('lets an ineligible person release, or grants twice, or lets silence approve [R94 R152 R150]', () => {
    fc.assert(
      fc.property(
        fc.array(who, { minLength: 4, maxLength: 4 }),
        needs,
        fc.array(step, { maxLength: 30 }),
        (people, asked, steps) => {
          const end = play(people, asked, steps)
          expect(end.grants.length).toBeLessThanOrEqual(1)
          expect(end.request.state === 'approved').toBe(end.grants.length === 1)
          const distinct = new Set(end.grants[0]?.people)
          if (end.grants.length === 1) expect(distinct.size).toBe(asked.length)
          const silent = steps.filter(({ do: verb }) => verb !== 'yes')
          expect(play(people, asked, silent).grants).toEqual([])
        },
      ),
      RUNS,
    )
  })

  it('reaches a pending request that enough entitled people on duty could not release [R150]', () => {
    fc.assert(
      fc.property(
        fc.array(who, { minLength: 4, maxLength: 4 }),
        needs,
        fc.array(step, { maxLength: 30 }),
        (people, asked, steps) => {
          const end = play(people, asked, steps)
          const isOpen = decidable(end.request, end.request.actionDigest, end.nowMs) === undefined
          // Signatures that were given stand; whoever gave them is not asked again.
          if (!isOpen || end.signatures.length > 0 || !couldBeMet(end)) return
          const tries = [0, 1, 2, 3].flatMap((one) => [
            { do: 'take-over' as const, who: one },
            { do: 'yes' as const, who: one },
          ])
          const released = permutations(tries).some((order) => {
            const copy = structuredClone(end)
            for (const one of order) apply(copy, one)
            return copy.grants.length === 1
          })
          expect(released).toBe(true)
        },
      ),
      { numRuns: 300 },
    )
  })
})

/** Whoever goes first may be anybody: each person in turn takes over and signs, then the others co-sign. */
function permutations(tries: Step[]): Step[][] {
  const yes = tries.filter((one) => one.do === 'yes')
  return [0, 1, 2, 3].flatMap((first) =>
    [0, 1, 2, 3].map((second) => {
      const own = tries.filter((one) => 'who' in one && one.who === first)
      const other = yes.filter((one) => 'who' in one && one.who === second)
      return [...own, ...other]
    }),
  )
}
