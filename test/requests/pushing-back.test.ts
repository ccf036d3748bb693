import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEFAULT_LIMITS } from '../../src/config.ts'
import { saidBy } from '../harness/agent-client.ts'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { decide, rest } from '../harness/people.ts'

let net: NetPlane

beforeAll(async () => {
  net = await startNetPlane({
    config: { limits: { ...DEFAULT_LIMITS, newRequestsPerAgent: 4, openRequestsPerAgent: 3 } },
  })
}, 60_000)
afterAll(() => net.plane.close())

const MINUTE_MS = 60_000

describe('what pushes back on an agent, with the next legal step', () => {
  it('takes so many open questions at a time, and another once one is withdrawn', async () => {
    const agent = await net.newAgent()
    const ids = [
      await held(agent, net.address()),
      await held(agent, net.address()),
      await held(agent, net.address()),
    ]
    const target = net.address()
    const refused = saidBy(await agent.call('net__block', { target }))
    expect(refused).toMatchObject({
      code: 'too_many_open_requests',
      next: 'Wait for a decision or withdraw a request.',
    })
    await agent.call('countersign_withdraw', { approval_id: ids[0] })
    await held(agent, target)
    await agent.close()
  })

  it('takes so many new questions in five minutes, however fast they are withdrawn', async () => {
    const agent = await net.newAgent()
    for (let asked = 0; asked < 4; asked++) {
      const id = await held(agent, net.address())
      await agent.call('countersign_withdraw', { approval_id: id })
    }
    const target = net.address()
    expect(saidBy(await agent.call('net__block', { target }))).toMatchObject({
      code: 'too_many_new_requests',
      next: 'Wait a minute, then ask for what matters most; withdraw what does not.',
    })
    const other = await net.newAgent()
    await held(other, net.address())
    net.plane.clock.advance(5 * MINUTE_MS)
    const again = await net.newAgent()
    await held(again, target)
    for (const each of [agent, other, again]) await each.close()
  })

  it('does not ask again what a person just denied', async () => {
    const agent = await net.newAgent()
    const target = net.address()
    await decide(net.plane, net.plane.dana, 'deny', await held(agent, target), 'our scanner')
    expect(saidBy(await agent.call('net__block', { target }))).toMatchObject({
      code: 'approval_denied',
      detail: 'our scanner',
      next: 'Read the reason; do not repeat the call.',
    })
    await agent.close()
  })

  it('says of a request that a stop ended that a person has to resume first', async () => {
    const agent = await net.newAgent()
    const id = await held(agent, net.address())
    const pressed = await rest(net.plane, net.plane.alex, 'POST', '/api/v1/stops', {
      scope: 'agent',
      subject: agent.agent.id,
      reason: 'it misbehaves',
    })
    expect(pressed.status).toBeLessThan(300)
    expect(saidBy(await agent.call('countersign_await', { approval_id: id }))).toMatchObject({
      code: 'approval_stopped',
      next: 'Stop; once a person has resumed, call again if it is still needed.',
    })
    await agent.close()
  })

  it('says of a request whose time ran out that nobody decided', async () => {
    const agent = await net.newAgent()
    const id = await held(agent, net.address())
    net.plane.clock.advance(16 * MINUTE_MS)
    const late = await net.newAgent()
    await late.close()
    const { body } = await rest(
      net.plane,
      net.plane.dana,
      'POST',
      `/api/v1/approvals/${id}/acknowledge`,
    )
    expect(['approval_expired', 'approval_closed']).toContain(body.code)
    await agent.close()
  })
})
