import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Role } from '../../src/identity/person.ts'
import type { CoverageFacts, GapReason } from '../../src/roster/coverage.ts'
import { coverage } from '../../src/roster/coverage.ts'
import { aCertificate, aPersonCalled, aShift, HOUR_MS, MONDAY_MS } from './people.ts'

const CONTAIN = { action: 'contain:device', effect: 'contain', roles: ['shift-lead'] } as const
const at = (hour: number) => MONDAY_MS + hour * HOUR_MS
const forever = at(10_000)

function facts(change: Partial<CoverageFacts>): CoverageFacts {
  return {
    fromMs: at(0),
    toMs: at(48),
    classes: [CONTAIN],
    shifts: [],
    people: [aPersonCalled('dana', ['shift-lead']), aPersonCalled('ines', ['shift-lead'])],
    certificates: [
      aCertificate('dana', 'contain', forever),
      aCertificate('ines', 'contain', forever),
    ],
    ...change,
  }
}

describe('the gap report', () => {
  it('names each future span in which nobody can decide a class, before it comes [R145]', () => {
    const shifts = [aShift('dana', 0, 12), aShift('ines', 12, 20), aShift('dana', 24, 48)]
    const { gaps, withoutStopHolder } = coverage(facts({ shifts }))
    const { action, effect } = CONTAIN
    expect(gaps).toEqual([
      {
        action,
        effect,
        role: 'shift-lead',
        reason: 'nobody_on_duty',
        fromMs: at(20),
        toMs: at(24),
      },
    ])
    expect(withoutStopHolder).toEqual([{ fromMs: at(20), toMs: at(24) }])
  })

  it('has nothing to say where each minute has an eligible, certified holder', () => {
    const shifts = [aShift('dana', -8, 24), aShift('ines', 24, 60)]
    expect(coverage(facts({ shifts }))).toMatchObject({
      gaps: [],
      withoutStopHolder: [],
      unclear: [],
    })
  })

  it('counts a certificate only until the instant it expires', () => {
    const certificates = [aCertificate('dana', 'contain:device', at(30))]
    const shifts = [aShift('dana', 0, 48)]
    expect(coverage(facts({ shifts, certificates })).gaps).toMatchObject([
      { reason: 'not_certified', fromMs: at(30), toMs: at(48) },
    ])
  })

  it('does not count the suspended, those without the role and those certified for something else', () => {
    const shifts = [aShift('sam', 0, 8), aShift('omar', 8, 16), aShift('rosa', 16, 48)]
    const people = [
      aPersonCalled('sam', ['shift-lead'], false),
      aPersonCalled('omar', ['analyst']),
      aPersonCalled('rosa', ['shift-lead']),
    ]
    const certificates = ['sam', 'omar'].map((one) => aCertificate(one, 'contain', forever))
    const other = aCertificate('rosa', 'identity', forever)
    const report = coverage(facts({ shifts, people, certificates: [...certificates, other] }))
    expect(report.gaps.map(({ reason, fromMs }) => [reason, fromMs])).toEqual([
      ['suspended', at(0)],
      ['role_not_held', at(8)],
      ['not_certified', at(16)],
    ])
    // Anybody on shift may press stop, certified or not; a suspended person may nothing.
    expect(report.withoutStopHolder).toEqual([{ fromMs: at(0), toMs: at(8) }])
  })

  it('wants two people where a class wants two roles', () => {
    const both = ['shift-lead', 'incident-commander'] as const
    const people = [aPersonCalled('dana', both), aPersonCalled('ines', ['incident-commander'])]
    const commander = { role: 'incident-commander' } as const
    const shifts = [
      aShift('dana', 0, 48),
      aShift('dana', 0, 48, commander),
      aShift('ines', 24, 48, commander),
    ]
    const classes = [{ ...CONTAIN, roles: both }]
    expect(coverage(facts({ people, shifts, classes })).gaps).toMatchObject([
      { role: 'incident-commander', reason: 'same_person', fromMs: at(0), toMs: at(24) },
    ])
  })

  it('names two people who hold a role with equal right, and not those whom precedence orders [R145]', () => {
    const tie = [aShift('dana', 0, 12), aShift('ines', 0, 6)]
    expect(coverage(facts({ shifts: tie })).unclear).toEqual([
      { role: 'shift-lead', people: ['dana', 'ines'], fromMs: at(0), toMs: at(6) },
    ])
    const ordered = [aShift('dana', 0, 12), aShift('ines', 0, 12, { precedence: 1 })]
    expect(coverage(facts({ shifts: ordered })).unclear).toEqual([])
    const handover = [aShift('dana', 0, 12), aShift('ines', 11, 24)]
    expect(coverage(facts({ shifts: handover })).unclear).toEqual([])
  })

  it('reports a month of three rotas over forty classes in well under a second', () => {
    const roles = ['shift-lead', 'incident-commander', 'identity-owner'] as const
    const people = [aPersonCalled('dana', roles), aPersonCalled('ines', roles)]
    const shifts = roles.flatMap((role) =>
      Array.from({ length: 84 }, (_, n) =>
        aShift(n % 2 ? 'dana' : 'ines', n * 8, n * 8 + 8, { role }),
      ),
    )
    const classes = Array.from({ length: 40 }, (_, n) => ({
      ...CONTAIN,
      action: `contain:kind-${n}`,
    }))
    const started = performance.now()
    const report = coverage(facts({ toMs: at(28 * 24), shifts, people, classes }))
    expect(report.gaps).toEqual([])
    expect(performance.now() - started).toBeLessThan(500)
  })
})

describe('property', () => {
  const ROLES = ['shift-lead', 'incident-commander', 'identity-owner'] as const
  const PEOPLE = ['dana', 'ines', 'alex', 'omar'] as const
  const MINUTES = 90
  const minute = fc.integer({ min: -20, max: MINUTES + 20 })
  const aRole = fc.constantFrom<Role>(...ROLES)
  const aWorld = fc.record({
    people: fc.tuple(
      ...PEOPLE.map((id) =>
        fc
          .tuple(fc.subarray([...ROLES]), fc.boolean())
          .map(([roles, isActive]) => aPersonCalled(id, roles, isActive || id === 'dana')),
      ),
    ),
    shifts: fc.array(
      fc
        .tuple(
          fc.constantFrom(...PEOPLE, 'stranger'),
          aRole,
          minute,
          minute,
          fc.integer({ min: 0, max: 1 }),
        )
        .map(([person, role, a, b, precedence]) =>
          aShift(person, Math.min(a, b) / 60, Math.max(a, b) / 60, { role, precedence }),
        ),
      { maxLength: 10 },
    ),
    certificates: fc.array(
      fc
        .tuple(
          fc.constantFrom(...PEOPLE),
          fc.constantFrom('contain', 'contain:device', 'identity'),
          minute,
        )
        .map(([person, actionClass, expires]) =>
          aCertificate(person, actionClass, MONDAY_MS + expires * 60_000),
        ),
      { maxLength: 8 },
    ),
    roles: fc.uniqueArray(aRole, { minLength: 1, maxLength: 3 }),
  })

  it('agrees with somebody who looks at every single minute [R145]', () => {
    fc.assert(
      fc.property(aWorld, ({ people, shifts, certificates, roles }) => {
        const world = {
          fromMs: MONDAY_MS,
          toMs: MONDAY_MS + MINUTES * 60_000,
          classes: [{ ...CONTAIN, roles }],
          people,
          shifts,
          certificates,
        }
        const report = coverage(world)
        for (let minutes = 0; minutes < MINUTES; minutes++) {
          const nowMs = MONDAY_MS + minutes * 60_000
          const covers = ({ fromMs, toMs }: { fromMs: number; toMs: number }) =>
            fromMs <= nowMs && nowMs < toMs
          const told = report.gaps.filter(covers).map(({ role, reason }) => [role, reason])
          const expected = naiveGap(world, roles, nowMs)
          expect([minutes, told]).toEqual([minutes, expected === undefined ? [] : [expected]])
          const stoppers = shifts.filter(covers).filter(({ person }) => isActive(world, person))
          expect(report.withoutStopHolder.some(covers)).toBe(stoppers.length === 0)
        }
      }),
      { numRuns: 300 },
    )
  })
})

const isActive = ({ people }: CoverageFacts, id: string) =>
  people.some((person) => person.id === id && person.state === 'active')

/** Looks at one instant only, and tries every way to seat the people. */
function naiveGap(
  world: CoverageFacts,
  roles: readonly Role[],
  nowMs: number,
): readonly [Role, GapReason] | undefined {
  const onDuty = (role: Role) =>
    world.shifts
      .filter((shift) => shift.role === role && shift.fromMs <= nowMs && nowMs < shift.toMs)
      .map(({ person }) => person)
  const active = (role: Role) => onDuty(role).filter((id) => isActive(world, id))
  const holding = (role: Role) =>
    active(role).filter((id) => world.people.find((one) => one.id === id)?.roles.includes(role))
  const certified = (role: Role) =>
    holding(role).filter((id) =>
      world.certificates.some(
        (one) =>
          one.person === id && one.actionClass.startsWith('contain') && one.expiresAtMs > nowMs,
      ),
    )
  let seatings: readonly (readonly string[])[] = [[]]
  for (const role of roles) {
    if (onDuty(role).length === 0) return [role, 'nobody_on_duty']
    if (active(role).length === 0) return [role, 'suspended']
    if (holding(role).length === 0) return [role, 'role_not_held']
    if (certified(role).length === 0) return [role, 'not_certified']
    seatings = seatings.flatMap((seated) =>
      certified(role)
        .filter((id) => !seated.includes(id))
        .map((id) => [...seated, id]),
    )
    if (seatings.length === 0) return [role, 'same_person']
  }
  return undefined
}
