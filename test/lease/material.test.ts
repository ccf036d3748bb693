import { inspect } from 'node:util'
import { describe, expect, it } from 'vitest'
import { placed, sealIn } from '../../src/lease/material.ts'
import { brokersOf } from '../../src/lease/registry.ts'
import { type LeaseScope, placeDigest, scopeDigest } from '../../src/lease/scope.ts'

const CANARY = 'canary-7f3a-do-not-leak'

describe('secret material', () => {
  const sealed = sealIn({ username: 'cs_1', password: CANARY })

  it('shows nothing when it is printed, spread or turned into JSON [R26]', () => {
    const shown = [inspect(sealed, { showHidden: true, depth: 9 }), JSON.stringify(sealed)]
    expect([...shown, String(sealed), JSON.stringify({ ...sealed })].join()).not.toContain(CANARY)
  })

  it('takes the form the tool server is given', () => {
    expect(placed(sealed, { kind: 'basic', user: 'username', password: 'password' })).toEqual({
      kind: 'basic',
      value: { user: 'cs_1', password: CANARY },
    })
    expect(placed(sealed, { kind: 'headers', headers: { 'X-Key': 'password' } })).toEqual({
      kind: 'headers',
      value: { 'X-Key': CANARY },
    })
  })

  it('says which field is missing, and no other', () => {
    expect(() => placed(sealed, { kind: 'bearer', field: 'token' })).toThrow(
      expect.objectContaining({ code: 'broker_refused', message: 'it lends no field "token"' }),
    )
  })

  it('refuses material that was made elsewhere', () => {
    expect(() => placed({} as typeof sealed, { kind: 'bearer', field: 'token' })).toThrow(
      expect.objectContaining({ code: 'internal' }),
    )
  })
})

describe('the scope of a lease', () => {
  const scope: LeaseScope = {
    upstream: 'edr',
    tool: 'edr__isolate',
    action: 'contain:device',
    effect: 'contain',
    targets: [
      { kind: 'device', id: 'web-1' },
      { kind: 'device', id: 'web-2' },
    ],
    audience: 'https://edr.example.test/mcp',
  }

  it.each<[string, Partial<LeaseScope>]>([
    ['another tool', { tool: 'edr__release' }],
    ['another target', { targets: [{ kind: 'device', id: 'web-3' }] }],
    ['one target less', { targets: [{ kind: 'device', id: 'web-1' }] }],
    ['another verb', { action: 'allow:device' }],
    ['another audience', { audience: 'https://evil.example.test/mcp' }],
    ['another upstream', { upstream: 'edr2' }],
    ['another effect', { effect: 'read' }],
  ])('is another scope for %s [R59]', (_what, change) => {
    expect(scopeDigest({ ...scope, ...change })).not.toBe(scopeDigest(scope))
  })

  it('does not depend on the order of the targets', () => {
    expect(scopeDigest({ ...scope, targets: scope.targets.toReversed() })).toBe(scopeDigest(scope))
  })

  it('gives each task and each step a lease of its own [R31]', () => {
    const places = [
      placeDigest('t1', scope, 'c1'),
      placeDigest('t2', scope, 'c1'),
      placeDigest('t1', scope, 'c2'),
    ]
    expect(new Set(places).size).toBe(3)
  })
})

describe('the brokers of an installation', () => {
  it('have names of their own, and no other is known', () => {
    const broker = { id: 'db' } as Parameters<typeof brokersOf>[0][number]
    expect(brokersOf([broker]).byId('db')).toBe(broker)
    expect(() => brokersOf([broker]).byId('vault')).toThrow(/no broker "vault"/)
    expect(() => brokersOf([broker, broker])).toThrow(/two brokers have one name/)
  })
})
