import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { checkLeases, checkSecrets } from '../../src/cli/doctor-credentials.ts'
import { run } from '../cli/terminal.ts'
import { type MintWorld, openMint, takeBack } from './world.ts'

const NOW = Date.UTC(2026, 6, 1)
const DAY_MS = 86_400_000

describe('what is borrowed, at the command line', () => {
  let world: MintWorld
  let isAway = false

  beforeAll(async () => {
    world = await openMint({
      at: (label) => {
        if (label === 'lease:issued' && isAway) world.mint.be('away')
      },
    })
  }, 60_000)
  afterAll(() => world?.close())

  const ask = (...args: readonly string[]) => {
    const { gateway, petra } = world.plane
    return run({ url: gateway.baseUrl, token: petra.token }, ...args)
  }

  it('is listed with whom it is for, what for and until when, in the zone of the reader', async () => {
    expect((await ask('lease', 'list')).out).toBe('Nothing is borrowed.\n')
    isAway = true
    await world.agent.call('edr__look', { target: 'web-1' })
    await takeBack(world)
    const { code, out } = await ask('lease', 'list')
    expect(code).toBe(0)
    const [head, row, ...others] = out.trim().split('\n')
    expect(head).toMatch(/^TOOL +TARGET +FROM +FOR +STATE +UNTIL +USABLE UNTIL +LEASE$/)
    expect(row).toMatch(/^edr__look +web-1 +mint +triage +is taken back, \d+ tr(y|ies) +/)
    const [lease] = await world.plane.gateway.parts.store.brokeredLeases.alive('main')
    const untilMs = lease?.expiresAtMs ?? 0
    expect(row).toContain(new Date(untilMs - (untilMs % 1000)).toISOString().slice(14, 19))
    expect(row).toMatch(/ [+-]\d\d:\d\d +- +[0-9a-f-]{36}$/)
    expect(others).toEqual([])
    const utc = await ask('--utc', 'lease', 'list')
    expect(utc.out).toContain(new Date(untilMs).toISOString().replace(/\.\d{3}Z$/, 'Z'))
    const { leases } = JSON.parse((await ask('lease', 'list', '--json')).out)
    expect(leases).toMatchObject([
      { id: lease?.id, state: 'ending', scope: { action: 'query:device' } },
    ])
  })

  it('is gone from the list once it was taken back', async () => {
    world.mint.be('well')
    world.plane.clock.advance(31_000)
    await takeBack(world)
    expect((await ask('lease', 'list')).out).toBe('Nothing is borrowed.\n')
  })
})

describe('the doctor', () => {
  const leases = (...all: { endsAtMs: number; isStuck: boolean }[]) =>
    checkLeases({ leases: async () => all.map((each) => ({ broker: 'db', ...each })) }, NOW)
  const secrets = (...ages: number[]) =>
    checkSecrets(
      {
        secrets: async () =>
          ages.map((days) => ({ name: `key-${days}`, sealedAtMs: NOW - days * DAY_MS })),
      },
      NOW,
    )

  it('fails when something borrowed outlives its end by more than a minute, and says at which broker', async () => {
    expect(await leases({ endsAtMs: NOW + 1, isStuck: false })).toMatchObject({ state: 'ok' })
    expect(await leases({ endsAtMs: NOW - 60_000, isStuck: false })).toMatchObject({ state: 'ok' })
    expect(await leases({ endsAtMs: NOW - 61_000, isStuck: false })).toMatchObject({
      state: 'failed',
      detail: '1 not taken back at db, the oldest 1 min 1 s after its end',
      next: expect.stringContaining('countersign lease list'),
    })
    expect(await leases({ endsAtMs: NOW + 9_000, isStuck: true })).toMatchObject({
      state: 'failed',
      detail: '1 not taken back at db',
    })
  })

  it('lists sealed secrets with their age, and warns of those nobody has changed for a quarter [R8]', async () => {
    expect(await secrets()).toMatchObject({ state: 'ok', detail: 'none is kept here' })
    expect(await secrets(3, 90)).toMatchObject({
      state: 'ok',
      detail: 'key-90 (90 d), key-3 (3 d)',
    })
    expect(await secrets(3, 91)).toMatchObject({
      state: 'warning',
      detail: 'not changed for a quarter: key-91 (91 d)',
      next: expect.stringContaining('countersign secret put'),
    })
  })
})
