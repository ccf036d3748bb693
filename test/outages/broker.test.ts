/**
 * A credential broker that is away. What was borrowed before and cannot be given back is in
 * test/lending/taken-back.test.ts: asked for again until it is gone, with a page after a minute.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { saidBy } from '../harness/agent-client.ts'
import { approveAsOwner, rest } from '../harness/people.ts'
import { addAsset } from '../harness/plane.ts'
import { type MintWorld, openMint, takeBack } from '../lending/world.ts'
import { markOf, refusalIn } from './marks.ts'

describe('a credential broker that is away', () => {
  let world: MintWorld
  beforeAll(async () => {
    world = await openMint()
  }, 60_000)
  afterAll(() => world?.close())

  it('lets nothing be sent, uses up no yes, leaves no credential, and is borrowed from again when it is back', async () => {
    const { plane, agent, mint, tools } = world
    const [target, other] = ['198.51.100.41', '198.51.100.42']
    for (const name of [target, other]) await addAsset(plane.gateway, 'ipv4_net', name)
    const block = (address: string) => agent.call('edr__block', { target: address })
    const heldAs = async (address: string) => saidBy(await block(address))?.approval_id ?? ''
    const [signed, open] = [await heldAs(target), await heldAs(other)]
    expect((await approveAsOwner(plane, plane.dana, signed)).body.outcome).toBe('released')
    const sent = tools.calls().length

    for (const mood of ['away', 'mute'] as const) {
      mint.be(mood)
      const no = refusalIn(await block(target))
      expect(no, mood).toMatchObject({ code: 'broker_unreachable' })
      expect(no.next).toBe('Try later; nothing was sent.')
      expect(saidBy(await agent.call('edr__look', { target }))?.code).toBe('broker_unreachable')
    }
    expect(tools.calls()).toHaveLength(sent)
    const stateOf = async (id: string) =>
      (await rest(plane, plane.petra, 'GET', `/api/v1/approvals/${id}`)).body.state
    expect(await stateOf(open)).toBe('pending')

    mint.be('well')
    expect(markOf(await block(target)), 'the yes still stands').toBeUndefined()
    expect(tools.calls()).toHaveLength(sent + 1)
    plane.clock.advance(61_000)
    await takeBack(world)
    expect(mint.alive()).toEqual([])
    expect(await stateOf(open)).toBe('pending')
    const record = await world.record()
    const asked = record.filter(({ type }) => type === 'lease.requested').length
    const ended = record.filter(({ type }) => type === 'lease.revoked').length
    expect([asked, ended], 'each request is on record, and so is each end').toEqual([5, 5])
  })
})
