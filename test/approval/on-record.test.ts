import { describe, expect, it } from 'vitest'
import { type Stated, unrecorded } from '../../src/approval/on-record.ts'
import { signerFault } from '../../src/approval/standing.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { certificate, NOW_MS, person, shift } from './duty-world.ts'

/** 2026-05-28T20:26:40Z, one hour after now, as an entry writes it. */
const ENDS = '2026-05-28T21:26:40.000000Z'
const dana = person('dana', ['analyst', 'shift-lead'], { rolesEntry: 'roles' })
const held = { ...certificate('dana'), entry: 'trained' }
const ROLES = { person: 'dana', roles: ['analyst', 'shift-lead'], proven: false }
const TRAINED = { person: 'dana', certificate: held.id, class: 'contain', expires: ENDS }

const log = (more: Readonly<Record<string, JsonObject>> = {}): Stated =>
  new Map(Object.entries({ roles: ROLES, trained: TRAINED, ...more }))

describe('a row counts where the entry it names says the same [R131]', () => {
  it('of the same person: the roles, and the certificate with its class and its end', () => {
    expect(unrecorded([dana], [held], log())).toEqual([])
  })

  it('an entry from before 0021 names the certificate alone, and bears it out', () => {
    const trained = { person: 'dana', certificate: held.id }
    expect(unrecorded([dana], [held], log({ trained }))).toEqual([])
  })

  it.each<[string, typeof dana]>([
    ['that is not in the log', { ...dana, rolesEntry: 'nowhere' }],
    ['that is not there at all', person('dana', dana.roles)],
    ['that says other roles', { ...dana, roles: ['incident-commander'] }],
    ['that says fewer roles', { ...dana, roles: ['analyst', 'incident-commander', 'shift-lead'] }],
    ['about somebody else', { ...dana, id: 'lea' }],
    ['that says no roles', { ...dana, rolesEntry: 'trained' }],
  ])('roles whose entry is one %s do not', (_what, row) => {
    expect(unrecorded([row], [held], log())).toEqual([row.id])
  })

  it.each<[string, typeof held]>([
    ['that is not in the log', { ...held, entry: 'nowhere' }],
    ['of another certificate', { ...held, id: 'other' }],
    ['about somebody else', { ...held, person: 'lea' }],
    ['for another class', { ...held, actionClass: 'destructive' }],
    ['that ends earlier', { ...held, expiresAtMs: held.expiresAtMs + 1 }],
    ['about roles', { ...held, entry: 'roles' }],
  ])('a certificate whose entry is one %s does not', (_what, row) => {
    expect(unrecorded([dana], [row], log())).toEqual([row.id])
  })
})

describe('whoever signs a standing plan [R131]', () => {
  const fault = (names: readonly string[]) =>
    signerFault({
      person: dana,
      role: 'shift-lead',
      classes: ['contain'],
      onDuty: [shift('dana', 'shift-lead')],
      certificates: [held],
      unrecorded: names,
      agentOwners: [],
      nowMs: NOW_MS,
    })

  it('has roles and a certificate that are on record, and hears which is not', () => {
    expect(fault([])).toBeUndefined()
    expect(fault(['dana'])).toBe('role_unrecorded')
    expect(fault([held.id])).toBe('certificate_unrecorded')
  })
})
