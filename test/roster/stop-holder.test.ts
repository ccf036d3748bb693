import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ROLES } from '../../src/identity/person.ts'
import { coverage } from '../../src/roster/coverage.ts'
import { stopHolder } from '../../src/roster/stop-holder.ts'
import { aPersonCalled, aShift, HOUR_MS, MONDAY_MS } from './people.ts'

const NAMES = ['ada', 'bo', 'cy'] as const
const HOURS = 12
const knownToMs = MONDAY_MS + HOURS * HOUR_MS
const everybody = new Set<string>(NAMES)
const at = (hour: number) => MONDAY_MS + hour * HOUR_MS
const held = (shifts: Parameters<typeof stopHolder>[0]['shifts'], hour: number, able = everybody) =>
  stopHolder({ shifts, feeds: [], knownToMs }, able, at(hour))

describe('who holds stop', () => {
  it('is whoever commands, else whoever leads, else the first on duty, until that changes [R146]', () => {
    const shifts = [
      aShift('ada', 0, 10, { role: 'analyst' }),
      aShift('bo', 2, 6),
      aShift('cy', 4, 5, { role: 'incident-commander' }),
    ]
    const told = [0, 2, 4, 5, 6].map((hour) => {
      const { who, role, untilMs } = held(shifts, hour) ?? {}
      return [who, role, ((untilMs ?? 0) - MONDAY_MS) / HOUR_MS]
    })
    expect(told).toEqual([
      ['ada', 'analyst', 2],
      ['bo', 'shift-lead', 4],
      ['cy', 'incident-commander', 5],
      ['bo', 'shift-lead', 6],
      ['ada', 'analyst', 10],
    ])
    expect(held(shifts, 10)).toBeUndefined()
  })

  it('is nobody who is suspended', () => {
    const shifts = [aShift('bo', 0, 6), aShift('ada', 0, 6, { role: 'analyst' })]
    expect(held(shifts, 1, new Set(['ada']))?.who).toBe('ada')
  })

  const aWorld = fc.record({
    shifts: fc.array(
      fc.record({
        person: fc.constantFrom(...NAMES),
        role: fc.constantFrom(...ROLES),
        fromHour: fc.integer({ min: 0, max: HOURS - 1 }),
        hours: fc.integer({ min: 1, max: 6 }),
        precedence: fc.integer({ min: 0, max: 2 }),
      }),
      { maxLength: 6 },
    ),
    suspended: fc.subarray([...NAMES]),
  })

  it('is resolvable at every hour the gap report does not name, and holds until it says [R146]', () => {
    fc.assert(
      fc.property(aWorld, ({ shifts: drawn, suspended }) => {
        const shifts = drawn.map(({ person, role, fromHour, hours, precedence }) =>
          aShift(person, fromHour, fromHour + hours, { role, precedence }),
        )
        const people = NAMES.map((id) => aPersonCalled(id, ROLES, !suspended.includes(id)))
        const able = new Set(people.filter(({ state }) => state === 'active').map(({ id }) => id))
        const span = { fromMs: MONDAY_MS, toMs: knownToMs }
        const report = coverage({ ...span, classes: [], shifts, people, certificates: [] })
        for (let hour = 0; hour < HOURS; hour++) {
          const isGap = report.withoutStopHolder.some(
            ({ fromMs, toMs }) => fromMs <= at(hour) && at(hour) < toMs,
          )
          const found = held(shifts, hour, able)
          expect(found === undefined).toBe(isGap)
          for (let later = hour; later < HOURS && at(later) < (found?.untilMs ?? 0); later++) {
            expect(held(shifts, later, able)?.who).toBe(found?.who)
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})
