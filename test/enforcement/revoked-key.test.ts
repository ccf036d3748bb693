import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PracticeKey } from '../../range/practice-passkey.ts'
import { assert, challengeOf, makePracticeKey, placeOf } from '../../range/practice-passkey.ts'
import { digestOfJson } from '../../src/kernel/canonical-json.ts'
import { TENANT } from '../../src/wiring.ts'
import { saidBy } from '../harness/agent-client.ts'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { giveKey, keyOf } from '../harness/passkeys.ts'
import { consequencesIn, rest } from '../harness/people.ts'
import { addAsset, addPerson, putOnDuty, type TestPerson } from '../harness/plane.ts'

let net: NetPlane
beforeAll(async () => {
  net = await startNetPlane({ mode: 'delegated' })
}, 60_000)
afterAll(() => net?.plane.close())

type Agent = Awaited<ReturnType<NetPlane['newAgent']>>

/** Somebody who leads, with a key on the desk and one in the drawer. */
async function withTwoKeys(name: string) {
  const { plane } = net
  const person = await addPerson(plane.gateway, name, ['shift-lead'])
  await putOnDuty(plane.gateway, plane.clock, person)
  const { restParts, store } = plane.gateway.parts
  const drawer = makePracticeKey()
  const second = await giveKey({ ...restParts, store }, person, drawer)
  const first = await giveKey({ ...restParts, store }, person)
  return { person, desk: keyOf(person), drawer, deskId: first.id, drawerId: second.id }
}

const signed = (key: PracticeKey, digest: string) =>
  assert(key, challengeOf(digest), placeOf(net.plane.gateway.baseUrl))

async function yes(person: TestPerson, key: PracticeKey, id: string) {
  const path = `/api/v1/approvals/${id}`
  const { body } = await rest(net.plane, person, 'GET', path)
  const said = { seen_digest: body.action_digest, reason: 'mine' }
  await rest(net.plane, person, 'POST', `${path}/take-over`, said)
  const answer = await rest(net.plane, person, 'POST', `${path}/approve`, {
    ...said,
    acknowledged: consequencesIn(body),
    assertion: signed(key, String(body.action_digest)),
  })
  return answer.body.outcome
}
const revoke = async (person: TestPerson, id: string) => {
  const path = `/api/v1/passkeys/${id}/revoke`
  expect((await rest(net.plane, person, 'POST', path, { reason: 'lost' })).status).toBe(200)
}
const released = async (agent: Agent, person: TestPerson, key: PracticeKey) => {
  const target = net.address()
  const id = await held(agent, target)
  expect(await yes(person, key, id)).toBe('released')
  const call = () => agent.call('net__block', { target }, { 'countersign/approval': id })
  return { target, call }
}

describe('revoking one of two keys', () => {
  it('voids what that key released and leaves what the other one did', async () => {
    const { person, desk, drawer, drawerId } = await withTwoKeys('Tess')
    const agent = await net.newAgent()
    const byDesk = await released(agent, person, desk)
    const byDrawer = await released(agent, person, drawer)
    await revoke(person, drawerId)
    expect(saidBy(await byDrawer.call())).toMatchObject({ code: 'approval_void' })
    expect(saidBy(await byDesk.call())).toBeUndefined()
    expect([net.ran(byDrawer.target), net.ran(byDesk.target)]).toEqual([0, 1])
  })

  it('ends what it signed and still waits for a second person, and tells the agent why', async () => {
    const { person, desk, drawer, deskId, drawerId } = await withTwoKeys('Ugo')
    const agent = await net.newAgent()
    const target = net.address()
    const critical = { labels: ['availability-critical'], criticality: 5 }
    await addAsset(net.plane.gateway, 'ipv4_net', target, critical)
    const id = await held(agent, target)
    expect(await yes(person, drawer, id)).toBe('co-signed')
    const stateOf = async () => {
      const { body } = await rest(net.plane, person, 'GET', `/api/v1/approvals/${id}`)
      return [body.state, body.reason_code]
    }
    await revoke(person, deskId)
    expect((await stateOf())[0]).toBe('pending')
    await revoke(person, drawerId)
    expect(await stateOf()).toEqual(['cancelled', 'passkey_revoked'])
    const told = await agent.call('countersign_await', { approval_id: id, wait_seconds: 0 })
    expect(saidBy(told)).toMatchObject({ status: 'refused', code: 'approval_cancelled' })
    expect(desk).toBeDefined()
  })

  it('ends the standing plans it signed, and no others', async () => {
    const { person, desk, drawer, drawerId } = await withTwoKeys('Vito')
    const agent = await net.newAgent()
    const stand = async (key: PracticeKey, net24: string) => {
      const proposal = {
        action: 'deny:ipv4_net',
        targets: [{ kind: 'cidr', net: net24 }],
        environments: ['lab'],
        agents: [agent.agent.id],
        cap: 9,
        window_seconds: 3600,
        sample_percent: 50,
        lifetime_seconds: 3600,
      }
      const said = { owner: person.id, proposal, tenant: TENANT }
      const assertion = signed(key, digestOfJson('countersign-standing-v1', said))
      const body = { standing_plan: proposal, assertion }
      expect((await rest(net.plane, person, 'POST', '/api/v1/standing-plans', body)).status).toBe(
        201,
      )
    }
    for (const target of ['192.0.2.7', '192.0.2.131'])
      await addAsset(net.plane.gateway, 'ipv4_net', target)
    await stand(desk, '192.0.2.0/25')
    await stand(drawer, '192.0.2.128/25')
    await revoke(person, drawerId)
    expect(saidBy(await agent.call('net__block', { target: '192.0.2.7' }))).toBeUndefined()
    expect(saidBy(await agent.call('net__block', { target: '192.0.2.131' }))).toMatchObject({
      status: 'pending_approval',
    })
  })
})
