/**
 * A tool server that cannot be reached. What becomes of a call whose answer was lost while its server went away is in
 * test/effects/survives.test.ts: looked for when the target is back, and never sent again.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ENTRIES, reviewAll } from '../harness/any-tools.ts'
import { type GuardedTools, guardedTools } from '../harness/guarded-tools.ts'
import { approveAsOwner, rest } from '../harness/people.ts'
import { openWorld, type World } from '../promises-e2e/world.ts'
import { type Gate, openGate } from './gate.ts'
import { markOf, refusalIn } from './marks.ts'

const TOOLS = [
  { name: 'look', entry: ENTRIES.read },
  {
    name: 'flag',
    entry: {
      ...{ effect: 'influence', direction: 'raises', verb: 'update' },
      ...{ target: { kind: 'device', from: 'args.target' }, reversibility: 'compensable' },
    },
  },
  { name: 'unblock', entry: ENTRIES.unblock },
  { name: 'block', entry: ENTRIES.block },
]

describe('a tool server that cannot be reached', () => {
  let tools: GuardedTools
  let gate: Gate
  let world: World
  beforeAll(async () => {
    tools = await guardedTools('edr', TOOLS, () => true)
    gate = await openGate(tools.url)
    const config = { ...tools.config, url: gate.url } as typeof tools.config
    world = await openWorld({ also: [config] })
    await reviewAll(world.plane, { config, tools: TOOLS })
  }, 60_000)
  afterAll(async () => {
    await world?.close()
    await gate?.shut()
    tools?.close()
  })

  const stateOf = async (id: string) =>
    (await rest(world.plane, world.plane.petra, 'GET', `/api/v1/approvals/${id}`)).body.state

  it('gets nothing, uses up no yes, stops nobody else, and is used again when it is back', async () => {
    const { plane } = world
    const scene = await world.scene()
    const [target, other] = [await world.asset('ipv4_net'), await world.asset('ipv4_net')]
    const ask = (name: string, address = target) => scene.call(`edr__${name}`, { target: address })
    const heldAs = async (address: string) =>
      String((await ask('block', address))._meta?.['countersign/approval'])
    const [signed, open] = [await heldAs(target), await heldAs(other)]
    expect((await approveAsOwner(plane, plane.dana, signed)).body.outcome).toBe('released')
    const before = tools.calls().length

    await gate.shut()
    for (const name of ['flag', 'block', 'look']) {
      const no = refusalIn(await ask(name))
      expect(no, name).toMatchObject({ code: 'upstream_unreachable' })
      expect(no.next).toBe('Try later; nothing was sent.')
    }
    expect(refusalIn(await ask('block')).detail, 'again').toMatch(
      /nothing was sent|failed a moment/,
    )
    expect(await stateOf(signed), 'the yes stands').toBe('approved')
    expect(await stateOf(open), 'the question stands').toBe('pending')
    expect(
      markOf(await scene.call('soc__look', { text: 'x' })),
      'rests on nothing that is away',
    ).toBe(undefined)
    expect(await scene.ask('raise_severity', { target: scene.caseRef })).toBe('ran')
    expect(tools.calls()).toHaveLength(before)

    await gate.open()
    plane.clock.advance(61_000)
    markOf(await ask('block'))
    markOf(await ask('flag'))
    markOf(await ask('look'))
    expect(tools.calls().map(({ name }) => name)).toEqual(['block', 'flag', 'look'])
    expect(await stateOf(open)).toBe('pending')
    const outcomes = (await scene.record()).flatMap(({ type, data }) =>
      type === 'tool.call.outcome' ? [data.error ?? 'done'] : [],
    )
    expect(
      outcomes.filter((one) => one === 'upstream_unreachable'),
      'recorded',
    ).toHaveLength(2)
    expect(outcomes.filter((one) => one === 'done')).toHaveLength(5)
  })
})
