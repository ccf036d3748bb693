import type { Certificate, Person, Role } from '../../src/identity/person.ts'
import type { Shift } from '../../src/roster/roster.ts'

/** 2026-11-02T00:00:00Z, a Monday. */
export const MONDAY_MS = Date.UTC(2026, 10, 2)
export const HOUR_MS = 3_600_000

export function aPersonCalled(id: string, roles: readonly Role[], isActive = true): Person {
  return {
    tenant: 'main',
    id,
    name: id,
    email: `${id}@soc.example`,
    roles,
    state: isActive ? 'active' : 'suspended',
    revision: 1,
  }
}

export function aCertificate(
  person: string,
  actionClass: string,
  expiresAtMs: number,
): Certificate {
  const id = `${person}-${actionClass}-${expiresAtMs}`
  return { tenant: 'main', id, person, actionClass, issuer: 'academy', expiresAtMs }
}

let shifts = 0
/** A shift of so many hours from so many hours after `MONDAY_MS`. */
export function aShift(
  person: string,
  fromHour: number,
  toHour: number,
  rest: Partial<Shift> = {},
): Shift {
  return {
    tenant: 'main',
    id: `shift-${String(++shifts).padStart(6, '0')}`,
    role: 'shift-lead',
    person,
    fromMs: MONDAY_MS + fromHour * HOUR_MS,
    toMs: MONDAY_MS + toHour * HOUR_MS,
    precedence: 0,
    source: 'own',
    ...rest,
  }
}
