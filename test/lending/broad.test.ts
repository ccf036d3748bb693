/** Credentials that can do more than the call: named, on record, and refused where the operator is strict. */
import { describe, expect, it } from 'vitest'
import { broadCredentials, isBroader } from '../../src/lease/need.ts'
import { ttlOf } from '../../src/lease/rule.ts'
import { saidBy } from '../harness/agent-client.ts'
import { openLending, openMint, takeBack } from './world.ts'

const NARROW = { id: 'mint', capabilities: { perTask: true, downscopes: true } }
const BROAD = { id: 'key', capabilities: { perTask: false, downscopes: false } }
const rule = (broker: string, tools = ['*']) => ({
  ...{ upstream: 'edr', tools, broker, maxTtlMs: 1, audience: 'a' },
  placement: { kind: 'bearer', field: 'token' } as const,
})
const OWN = { id: 'edr', credential: {} }

describe('a credential broader than the need of the tool', () => {
  it.each([
    ['nothing at all', { id: 'edr' }, [], 0],
    ['one narrowed to each call', OWN, [rule('mint')], 0],
    ["the gateway's own", OWN, [], 1],
    ["the gateway's own, for the tools no rule names", OWN, [rule('mint', ['look'])], 1],
    ['one that is the same for every call', { id: 'edr' }, [rule('key')], 1],
  ])('is named: %s [R8]', (_what, upstream, rules, count) => {
    const all = [NARROW, BROAD] as unknown as Parameters<typeof broadCredentials>[2]
    expect(broadCredentials([upstream], rules, all)).toHaveLength(count)
  })

  it.each([
    [true, true, false],
    [true, false, true],
    [false, true, true],
  ])('is one that is not of the task or not narrowed (%s, %s: %s)', (perTask, downscopes, is) => {
    expect(isBroader({ perTask, downscopes })).toBe(is)
  })

  it('is flagged at the start, and refused there in strict mode, naming server and broker [R8]', async () => {
    const warned: unknown[] = []
    const quiet = () => undefined
    const log = {
      debug: quiet,
      info: quiet,
      error: quiet,
      warn: (what: unknown) => void warned.push(what),
    }
    const world = await openLending({ log })
    expect(warned).toContainEqual({
      upstream: 'edr',
      why: 'what the broker "edr-key" lends is the same for every call',
    })
    await world.close()
    await expect(openLending({ config: { isStrictOnCredentials: true } })).rejects.toMatchObject({
      code: 'config_invalid',
      message: expect.stringMatching(/^upstreams\.edr: .*"edr-key".*strict_credentials/),
    })
  }, 60_000)

  it('is not used in strict mode when a backend gives more than it was asked for [R8]', async () => {
    const world = await openMint({ config: { isStrictOnCredentials: true } })
    const { mint } = world
    const { spine } = world.plane.gateway.parts
    expect(saidBy(await world.agent.call('edr__look', { target: 'web-1' }))).toBeUndefined()
    const broker = spine.lending?.brokers.byId('mint')
    const issue = broker?.issue.bind(broker)
    Object.assign(broker ?? {}, {
      issue: async (...args: Parameters<NonNullable<typeof issue>>) => ({
        ...(await issue?.(...args)),
        findings: [{ kind: 'broader_than_asked', detail: 'every host' }],
      }),
    })
    const called = world.tools.calls().length
    const said = saidBy(await world.agent.call('edr__look', { target: 'web-1' }))
    expect(said).toMatchObject({ code: 'broker_refused' })
    expect(said?.detail).toContain('more than it was asked for')
    expect(world.tools.calls()).toHaveLength(called)
    await takeBack(world)
    expect(mint.alive()).toEqual([])
    await world.close()
  }, 60_000)
})

describe('the life of a lease', () => {
  it.each([
    [300, 1, 900, 600, 300],
    [900, 1, 600, 800, 600],
    [900, 1, 800, 5, 5],
    [300, 900, 3_600, 7_200, undefined],
    [900, 1, 900, 0, undefined],
    [900, 1, 900, -5, undefined],
  ])(
    'is the least of rule %i, backend %i to %i and task %i: %s [R16]',
    (maxTtlMs, minTtlMs, most, left, ttl) => {
      expect(ttlOf({ maxTtlMs }, { minTtlMs, maxTtlMs: most }, left)).toBe(ttl)
    },
  )
})
