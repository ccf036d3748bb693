/** People, shifts and requests in a few words, for the pure rules of who may sign. */
import type { DutyView } from '../../src/approval/holders.ts'
import type { ApprovalRequest, Need, Strength } from '../../src/approval/request.ts'
import type { Person, Role } from '../../src/identity/person.ts'
import type { Shift } from '../../src/roster/roster.ts'
import { aRequest } from '../store/samples.ts'

export const NOW_MS = 1_780_000_000_000
const HOUR_MS = 3_600_000

export function person(id: string, roles: readonly Role[], more: Partial<Person> = {}): Person {
  return {
    tenant: 'main',
    id,
    name: id,
    email: `${id}@soc.example`,
    roles,
    state: 'active',
    revision: 0,
    ...more,
  }
}

export function shift(who: string, role: Role, precedence = 0, more: Partial<Shift> = {}): Shift {
  const hours = { fromMs: NOW_MS - HOUR_MS, toMs: NOW_MS + HOUR_MS }
  const id = `${who}-${role}`
  return { tenant: 'main', id, role, person: who, ...hours, precedence, source: 'plan', ...more }
}

export function certificate(who: string, actionClass = 'contain', expiresAtMs = NOW_MS + HOUR_MS) {
  const id = `certificate-of-${who}`
  return { tenant: 'main', id, person: who, actionClass, issuer: 'academy', expiresAtMs }
}

/** Everybody on duty in all their roles in the order given, and certified to contain. */
export function duty(people: readonly Person[], more: Partial<DutyView> = {}): DutyView {
  return {
    people,
    onDuty: people.flatMap(({ id, roles }, at) => roles.map((role) => shift(id, role, at))),
    certificates: people.map(({ id }) => certificate(id)),
    delegations: [],
    suspects: [],
    unrecorded: [],
    targetNames: [],
    limitOf: () => undefined,
    nowMs: NOW_MS,
    ...more,
  }
}

export function need(role: Role, strength: Strength = 'approve'): Need {
  return { role, strength, policyIds: [`needs-${role}`] }
}

let ids = 0
export function request(
  needs: readonly Need[],
  more: Partial<ApprovalRequest> = {},
): ApprovalRequest {
  const nextId = () => `id-${++ids}`
  const { owner: _somebody, ...unowned } = aRequest({ nextId }, { isIrreversible: false, needs })
  const times = { createdAtMs: NOW_MS, expiresAtMs: NOW_MS + 900_000 }
  return { ...unowned, ...times, ...more }
}
