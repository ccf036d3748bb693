import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { decide, rest } from '../harness/people.ts'
import type { TestPerson } from '../harness/plane.ts'
import { startPlanWorld } from '../plans/world.ts'

type Entry = { readonly type: string; readonly data: Readonly<Record<string, unknown>> }

describe('what happened to a request', () => {
  let net: NetPlane
  beforeAll(async () => {
    net = await startNetPlane()
  })
  afterAll(() => net?.plane.close())

  it('is every entry about it in order, and none about another', async () => {
    const agent = await net.newAgent()
    const id = await held(agent, net.address())
    const other = await held(agent, net.address())
    await rest(net.plane, net.plane.dana, 'POST', `/api/v1/approvals/${id}/view`)
    await decide(net.plane, net.plane.dana, 'deny', id, 'our own scanner')
    await agent.close()
    const { status, body } = await rest(
      net.plane,
      net.plane.alex,
      'GET',
      `/api/v1/approvals/${id}/timeline`,
    )
    expect(status).toBe(200)
    const entries = body.entries as unknown as readonly (Entry & { readonly index: number })[]
    expect(entries.map(({ type }) => type)).toEqual([
      'tool.call.decided',
      'approval.requested',
      'approval.viewed',
      'approval.denied',
    ])
    expect(JSON.stringify(entries)).not.toContain(other)
    expect(body.checkpoint).toMatchObject({ size: expect.any(Number) })
  })

  it('of no request is not there', async () => {
    const path = '/api/v1/approvals/01900000-0000-7000-8000-000000000000/timeline'
    expect((await rest(net.plane, net.plane.alex, 'GET', path)).status).toBe(404)
  })
})

describe('what happened to a request that two people sign', () => {
  it('keeps the first signature from everybody but its signer, until it is decided', async () => {
    const world = await startPlanWorld()
    const agent = await world.newAgent('respond')
    const said = await agent.call('wipe', { target: 'ws-1' })
    const id = String(said?.approval_id)
    const told = async (person: TestPerson) => {
      const path = `/api/v1/approvals/${id}/timeline`
      const { body } = await rest(world.plane, person, 'GET', path)
      return (body.entries as unknown as Entry[]).filter(({ type }) =>
        ['approval.co_signed', 'approval.granted'].includes(type),
      )
    }
    const signers: TestPerson[] = []
    for (const person of world.leads) {
      const { body } = await decide(world.plane, person, 'approve', id)
      if (body.outcome === 'co-signed') signers.push(person)
      if (signers.length > 0) break
    }
    const [first] = signers
    if (first === undefined) throw new Error('nobody co-signed')
    expect(await told(first)).toHaveLength(1)
    for (const person of world.leads.filter((each) => each !== first))
      expect(await told(person)).toEqual([])
    for (const person of world.leads) await decide(world.plane, person, 'approve', id)
    expect((await told(world.plane.alex)).map(({ type }) => type)).toEqual([
      'approval.co_signed',
      'approval.granted',
    ])
    await agent.client.close()
    await world.plane.close()
  })
})
