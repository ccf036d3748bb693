import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LiftFacts, mayLift } from '../../src/approval/lifting.ts'
import type { Role } from '../../src/identity/person.ts'

const NOW = 1_782_900_000_000
const QUARTER_MS = 900_000

const roles = fc.subarray<Role>(['analyst', 'shift-lead', 'incident-commander', 'auditor'])
const facts: fc.Arbitrary<LiftFacts> = fc.record({
  person: fc.record({
    tenant: fc.constant('main'),
    id: fc.constantFrom('p1', 'p2'),
    name: fc.constant('P'),
    email: fc.constant('pat@soc.example'),
    roles,
    state: fc.constantFrom('active' as const, 'suspended' as const),
    revision: fc.constant(1),
  }),
  onDuty: fc.array(
    fc.record({
      tenant: fc.constant('main'),
      id: fc.constant('s'),
      role: fc.constantFrom<Role>('analyst', 'shift-lead', 'incident-commander'),
      person: fc.constantFrom('p1', 'p2'),
      fromMs: fc.constant(0),
      toMs: fc.constant(NOW * 2),
      precedence: fc.constant(0),
      source: fc.constant('test'),
    }),
    { maxLength: 3 },
  ),
  approvers: fc.subarray(['p1', 'p2', 'p3']),
  actedAtMs: fc.integer({ min: NOW - 2 * QUARTER_MS, max: NOW + 1 }),
  targetNames: fc.subarray(['pat', 'pat@soc.example', 'host-1']),
  nowMs: fc.constant(NOW),
})

describe('who may lift', () => {
  it('is the approver for a quarter of an hour and whoever leads on duty, never a stranger or the target', () => {
    fc.assert(
      fc.property(facts, (given) => {
        const { person, onDuty, approvers, actedAtMs, targetNames } = given
        const isTarget = targetNames.some((name) => name.startsWith('pat'))
        const ageMs = NOW - actedAtMs
        const signed = approvers.includes(person.id) && ageMs >= 0 && ageMs < QUARTER_MS
        const leads = onDuty.some(
          (shift) =>
            shift.person === person.id &&
            person.roles.includes(shift.role) &&
            (shift.role === 'shift-lead' || shift.role === 'incident-commander'),
        )
        const expected = person.state === 'active' && !isTarget && (signed || leads)
        expect(mayLift(given).may).toBe(expected)
      }),
    )
  })

  it('names the test that failed', () => {
    const [given] = fc.sample(facts, 1)
    if (given === undefined) throw new Error('no sample')
    const person = { ...given.person, id: 'p1', state: 'active', roles: ['shift-lead'] } as const
    const base = { ...given, person, onDuty: [], approvers: [], targetNames: [] }
    const failing = (more: Partial<LiftFacts>) => mayLift({ ...base, ...more })
    expect(failing({})).toEqual({ may: false, failing: 'on_duty' })
    expect(failing({ person: { ...person, roles: ['analyst'] } })).toEqual({
      may: false,
      failing: 'role',
    })
    expect(failing({ targetNames: ['pat'] })).toEqual({ may: false, failing: 'target' })
    expect(failing({ person: { ...person, state: 'suspended' } })).toEqual({
      may: false,
      failing: 'suspended',
    })
  })
})
