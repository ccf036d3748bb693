import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../cli/terminal.ts'
import { saidBy } from '../harness/agent-client.ts'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { decide, rest } from '../harness/people.ts'

let net: NetPlane

beforeAll(async () => {
  net = await startNetPlane()
}, 60_000)
afterAll(() => net.plane.close())

const verb = (person: NetPlane['plane']['dana'], id: string, name: string, body?: unknown) =>
  rest(net.plane, person, 'POST', `/api/v1/approvals/${id}/${name}`, body)

it('says who has a request first, releases nothing by it and lets the clock run', async () => {
  const agent = await net.newAgent()
  const target = net.address()
  const id = await held(agent, target)
  const before = (await rest(net.plane, net.plane.dana, 'GET', `/api/v1/approvals/${id}`)).body
  const had = await verb(net.plane.dana, id, 'acknowledge')
  expect(had).toMatchObject({ status: 200, body: { outcome: 'acknowledged' } })
  expect(had.body.approval).toMatchObject({
    state: 'pending',
    acknowledged_by: net.plane.dana.id,
    expires_at_ms: before.expires_at_ms,
  })
  net.plane.clock.advance(1_000)
  const again = await verb(net.plane.dana, id, 'acknowledge')
  expect(again.body.approval).toMatchObject({
    acknowledged_at_ms: (had.body.approval as unknown as { acknowledged_at_ms: number })
      .acknowledged_at_ms,
  })
  expect(net.ran(target)).toBe(0)
  await agent.close()
})

it('lets nobody acknowledge who could not decide, and says which test fails', async () => {
  const agent = await net.newAgent()
  const id = await held(agent, net.address())
  const refused = await verb(net.plane.alex, id, 'acknowledge')
  expect(refused).toMatchObject({ status: 403, body: { code: 'not_eligible' } })
  expect(String(refused.body.detail)).toContain('role')
  await agent.close()
})

it('closes a request that a person cancels, runs nothing, and tells the agent why', async () => {
  const agent = await net.newAgent()
  const target = net.address()
  const id = await held(agent, target)
  expect(await verb(net.plane.dana, id, 'cancel', { reason: ' ' })).toMatchObject({
    body: { code: 'reason_required' },
  })
  const asked = { url: net.plane.gateway.baseUrl, token: net.plane.dana.token }
  const said = await run(asked, 'approval', 'cancel', id, '--reason', 'wrong incident')
  expect(said.out).toContain('The request is closed. The agent is told your reason.')
  expect(await decide(net.plane, net.plane.dana, 'approve', id)).toMatchObject({
    body: { code: 'approval_closed' },
  })
  const answer = saidBy(await agent.call('countersign_await', { approval_id: id }))
  expect(answer).toMatchObject({ code: 'approval_cancelled', detail: 'wrong incident' })
  expect(net.ran(target)).toBe(0)
  await agent.close()
})

it('acknowledges from the command line', async () => {
  const agent = await net.newAgent()
  const id = await held(agent, net.address())
  const asked = { url: net.plane.gateway.baseUrl, token: net.plane.dana.token }
  const { code, out } = await run(asked, 'approval', 'acknowledge', id.slice(-8))
  expect(code).toBe(0)
  expect(out).toContain('Recorded that you have it. The clock runs on.')
  await agent.close()
})
