import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TENANT } from '../../src/wiring.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { type held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { decide, rest } from '../harness/people.ts'
import { addPerson, putOnDuty, taskToken } from '../harness/plane.ts'

let net: NetPlane

beforeAll(async () => {
  net = await startNetPlane({ config: { holdMs: 20_000 } })
}, 60_000)
afterAll(() => net?.plane.close())

const noWait = { 'countersign/hold_ms': 0 }

describe('while a call waits for a person', () => {
  it('answers the held call itself when the yes comes in time', async () => {
    const agent = await net.newAgent()
    const target = net.address()
    const answer = agent.call('net__block', { target })
    const id = await pendingFor(agent.agent.id)
    await decide(net.plane, net.plane.dana, 'approve', id)
    expect(saidBy(await answer)).toBeUndefined()
    expect(net.ran(target)).toBe(1)
    await agent.close()
  })

  it('gives the agent the reason of a no, and refuses the identical call for a while', async () => {
    const agent = await net.newAgent()
    const target = net.address()
    const answer = agent.call('net__block', { target })
    const id = await pendingFor(agent.agent.id)
    await decide(net.plane, net.plane.alex, 'deny', id, 'that is our own scanner')
    const said = saidBy(await answer)
    expect(said).toMatchObject({
      status: 'refused',
      code: 'approval_denied',
      detail: 'that is our own scanner',
    })
    expect(saidBy(await agent.call('net__block', { target }))).toMatchObject({
      code: 'approval_denied',
    })
    expect(net.ran(target)).toBe(0)
    await agent.close()
  })

  it('keeps a no when the agent opens another task on the same case to ask again', async () => {
    const agent = await net.newAgent()
    const target = net.address()
    const asked = saidBy(await agent.call('net__block', { target }, noWait))
    await decide(net.plane, net.plane.dana, 'deny', asked?.approval_id ?? '', 'leave it alone')
    const token = await taskToken(net.plane, 'respond', {}, agent.agent)
    const again = await connectAgent(net.plane.gateway.baseUrl, token)
    expect(saidBy(await again.call('net__block', { target }, noWait))).toMatchObject({
      status: 'refused',
      code: 'approval_denied',
    })
    await again.close()
    await agent.close()
  })

  it('does nothing for an agent that went away, keeps the question, and a late yes needs the agent back', async () => {
    const agent = await net.newAgent()
    const target = net.address()
    const gone = agent.call('net__block', { target }).catch(() => 'gone')
    const id = await pendingFor(agent.agent.id)
    await agent.close()
    await gone
    const decided = await decide(net.plane, net.plane.dana, 'approve', id)
    expect(decided.body).toMatchObject({ outcome: 'released' })
    expect(net.ran(target)).toBe(0)
    const back = await connectAgent(
      net.plane.gateway.baseUrl,
      await sameTask(agent.agent),
      'modern',
    )
    expect(
      saidBy(await back.call('countersign_await', { approval_id: id, wait_seconds: 5 })),
    ).toBeUndefined()
    expect(net.ran(target)).toBe(1)
    const replay = await back.call('countersign_await', { approval_id: id, wait_seconds: 0 })
    expect(replay.content[0]?.text).toBe('block done')
    expect(net.ran(target)).toBe(1)
    await back.close()
  })

  it('expires unanswered, and silence is never a yes [R94]', async () => {
    const agent = await net.newAgent()
    const target = net.address()
    const said = saidBy(await agent.call('net__block', { target }, noWait))
    net.plane.clock.advance(16 * 60_000)
    const back = await connectAgent(net.plane.gateway.baseUrl, await sameTask(agent.agent))
    const late = saidBy(
      await back.call('countersign_await', { approval_id: said?.approval_id, wait_seconds: 0 }),
    )
    expect(late).toMatchObject({ status: 'refused', code: 'approval_expired' })
    const clicked = await decide(net.plane, net.plane.dana, 'approve', said?.approval_id ?? '')
    expect(clicked.status).toBe(409)
    expect(net.ran(target)).toBe(0)
    await back.close()
  })

  it('records a yes by somebody not entitled as advice, names why, and releases nothing [R152]', async () => {
    const agent = await net.newAgent()
    const target = net.address()
    const said = saidBy(await agent.call('net__block', { target }, noWait))
    const id = said?.approval_id ?? ''
    const { gateway, clock } = net.plane
    const offDuty = await addPerson(gateway, 'Omar', ['shift-lead'])
    const wrongRole = await addPerson(gateway, 'Wanda', ['analyst'])
    await putOnDuty(gateway, clock, wrongRole)
    expect((await decide(net.plane, offDuty, 'approve', id)).body).toMatchObject({
      outcome: 'advised',
      failing: 'on_duty',
    })
    expect((await decide(net.plane, wrongRole, 'approve', id)).body).toMatchObject({
      outcome: 'advised',
      failing: 'role',
    })
    expect(saidBy(await agent.call('net__block', { target }, noWait))).toMatchObject({
      status: 'pending_approval',
    })
    expect(net.ran(target)).toBe(0)
    await agent.close()
  })

  it('refuses a decision on something other than what was seen, or without a reason', async () => {
    const agent = await net.newAgent()
    const id =
      saidBy(await agent.call('net__block', { target: net.address() }, noWait))?.approval_id ?? ''
    const path = `/api/v1/approvals/${id}/approve`
    const other = `sha256:${'0'.repeat(64)}`
    const stale = await rest(net.plane, net.plane.dana, 'POST', path, {
      seen_digest: other,
      reason: 'yes',
    })
    expect(stale).toMatchObject({ status: 409, body: { code: 'seen_digest_mismatch' } })
    const silent = await decide(net.plane, net.plane.dana, 'approve', id, '  ')
    expect(silent).toMatchObject({ status: 400 })
    await agent.close()
  })

  it('lets an agent neither approve nor read the desk of the people [R114]', async () => {
    const agent = await net.newAgent()
    const id =
      saidBy(await agent.call('net__block', { target: net.address() }, noWait))?.approval_id ?? ''
    const token = await sameTask(agent.agent)
    const response = await fetch(`${net.plane.gateway.baseUrl}/api/v1/approvals/${id}/approve`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ seen_digest: `sha256:${'0'.repeat(64)}`, reason: 'I approve myself' }),
    })
    expect(response.status).toBe(403)
    expect(await response.json()).toMatchObject({ code: 'agent_may_not_approve' })
    await agent.close()
  })

  it('does not let another agent wait on, or withdraw, a request that is not its own', async () => {
    const [mine, other] = [await net.newAgent(), await net.newAgent()]
    const id =
      saidBy(await mine.call('net__block', { target: net.address() }, noWait))?.approval_id ?? ''
    for (const tool of ['countersign_await', 'countersign_withdraw']) {
      expect(saidBy(await other.call(tool, { approval_id: id }))).toMatchObject({
        code: 'not_found',
      })
    }
    expect(
      saidBy(
        await mine.call('countersign_withdraw', { approval_id: id, reason: 'no longer needed' }),
      ),
    ).toBeUndefined()
    const clicked = await decide(net.plane, net.plane.dana, 'approve', id)
    expect(clicked.body).toMatchObject({ code: 'approval_closed' })
    await mine.close()
    await other.close()
  })

  it('pushes back on an agent with ten open questions instead of asking an eleventh', async () => {
    const agent = await net.newAgent()
    for (let i = 0; i < 10; i++) await held0(agent)
    const said = saidBy(await agent.call('net__block', { target: net.address() }, noWait))
    expect(said).toMatchObject({ status: 'refused', code: 'too_many_open_requests' })
    await agent.close()
  })
})

async function held0(agent: Parameters<typeof held>[0]) {
  const said = saidBy(await agent.call('net__block', { target: net.address() }, noWait))
  expect(said).toMatchObject({ status: 'pending_approval' })
}

/** The id of the one pending request of the agent, as soon as it is there. */
async function pendingFor(agent: string): Promise<string> {
  const { store } = net.plane.gateway.parts
  const find = async () =>
    (await store.approvals.list(TENANT, 'pending')).find((each) => each.agent === agent)
  return new Promise((done) => {
    const look = async () => {
      const found = await find()
      if (found === undefined) return
      unsubscribe()
      done(found.id)
    }
    const unsubscribe = store.changes.subscribe(() => void look())
    void look()
  })
}

async function sameTask(agent: Parameters<typeof taskToken>[3]): Promise<string> {
  const { store } = net.plane.gateway.parts
  const task = (await store.tasks.list(TENANT)).find((each) => each.agent === agent?.id)
  return taskToken(net.plane, 'respond', { task: task?.id }, agent)
}
