import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { putCertificate } from '../../src/command/put-certificate.ts'
import { TENANT } from '../../src/wiring.ts'
import { saidBy } from '../harness/agent-client.ts'
import { signedBy } from '../harness/passkeys.ts'
import { consequencesIn, decide, rest } from '../harness/people.ts'
import { addPerson, type Plane, putOnDuty, type TestPerson } from '../harness/plane.ts'
import { fresh, type Held, openWorld, type Scene, type World } from './world.ts'

const HOUR_MS = 3_600_000
let world: World
let plane: Plane
beforeAll(async () => {
  world = await openWorld()
  plane = world.plane
}, 60_000)
afterAll(() => world?.close())

/** A held isolation of a production device nobody used before. */
async function isolation(): Promise<{ scene: Scene; target: string; held: Held }> {
  const scene = await world.scene()
  const target = await world.asset('device', { environment: 'production' })
  return { scene, target, held: await scene.hold('isolate', { target }) }
}

/** What an agent hears that presses the button with its own task token. */
async function pressAs(scene: Scene, held: Held, verb: string): Promise<unknown> {
  const response = await fetch(`${plane.gateway.baseUrl}/api/v1/approvals/${held.id}/${verb}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${scene.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ seen_digest: held.shown.action_digest, reason: 'it is urgent' }),
  })
  return [response.status, ((await response.json()) as { code?: string }).code]
}

const stateOf = async ({ id }: Held) =>
  (await rest(plane, plane.petra, 'GET', `/api/v1/approvals/${id}`)).body.state

const newLead = async (classes?: readonly string[]): Promise<TestPerson> => {
  const lead = await addPerson(plane.gateway, fresh('lead'), ['shift-lead'])
  await putOnDuty(plane.gateway, plane.clock, lead, classes)
  return lead
}

describe('who can release', () => {
  it.each([
    ['access', 'disable_account', 'account', 2],
    ['identity state', 'reset_password', 'credential', 2],
    ['a business-critical workflow', 'reroute', 'service', 4],
  ])('containment that affects %s: only a person in the owning role [R77]', async (...row) => {
    const [, tool, kind, criticality] = row
    const scene = await world.scene()
    const target = await world.asset(kind, { criticality, environment: 'production' })
    const held = await scene.hold(tool, { target })
    expect(await pressAs(scene, held, 'approve')).toEqual([403, 'agent_may_not_approve'])
    for (const other of [plane.alex, plane.ines, plane.petra]) {
      expect(await world.yes(other, held.id)).toBe('advised: role')
    }
    expect(await scene.ask(tool, { target })).toBe(held.needs)
    expect(world.ran(target)).toBe(0)
    expect(await world.yes(plane.dana, held.id)).toBe('released')
    expect(await scene.ask(tool, { target })).toBe('ran')
    expect(world.ran(target)).toBe(1)
  })

  it('no agent approves, denies or takes over, neither its own request nor that of another [R114]', async () => {
    const { scene, target, held } = await isolation()
    const other = await world.scene()
    for (const agent of [scene, other]) {
      for (const verb of ['approve', 'deny', 'take-over']) {
        expect(await pressAs(agent, held, verb)).toEqual([403, 'agent_may_not_approve'])
      }
    }
    expect(await stateOf(held)).toBe('pending')
    expect(await scene.ask('isolate', { target })).toBe(held.needs)
    expect(world.ran(target)).toBe(0)
  })

  it('a yes of somebody in another role or off duty is recorded as advice and releases nothing [R152]', async () => {
    const { scene, target, held } = await isolation()
    const offDuty = await addPerson(plane.gateway, fresh('off'), ['shift-lead'])
    expect(await world.yes(offDuty, held.id)).toBe('advised: on_duty')
    expect(await world.yes(plane.ines, held.id)).toBe('advised: role')
    expect(await scene.ask('isolate', { target })).toBe(held.needs)
    expect(world.ran(target)).toBe(0)
    const advice = (await scene.record()).filter(({ type }) => type === 'approval.advised')
    expect(advice.map(({ data }) => [data.person, data.failing])).toEqual([
      [offDuty.id, 'on_duty'],
      [plane.ines.id, 'role'],
    ])
  })

  it('nor does the yes of somebody as entitled as the owner, before they take it over [R152]', async () => {
    const { scene, target, held } = await isolation()
    const lead = await newLead()
    expect(await world.yes(lead, held.id)).toBe('advised: not_owner')
    expect(await scene.ask('isolate', { target })).toBe(held.needs)
    expect(world.ran(target)).toBe(0)
    const told = await rest(plane, lead, 'GET', `/api/v1/approvals/${held.id}`)
    expect(told.body.eligibility).toMatchObject({
      failing: 'not_owner',
      next: 'Take it over first, then approve it.',
      may_take_over: true,
    })
    const path = `/api/v1/approvals/${held.id}/take-over`
    const body = { seen_digest: held.shown.action_digest, reason: 'I am on it' }
    expect((await rest(plane, lead, 'POST', path, body)).status).toBe(200)
    expect(await world.yes(plane.dana, held.id)).toBe('advised: not_owner')
    expect(await world.yes(lead, held.id)).toBe('released')
    expect(await scene.ask('isolate', { target })).toBe('ran')
  })

  it('nobody without a valid certificate for the class; the one that counted is in the record [R128 R131]', async () => {
    const { scene, target, held } = await isolation()
    const missing = await newLead(['read'])
    const expired = await newLead([])
    await putCertificate(plane.gateway.parts.restParts, {
      tenant: TENANT,
      by: { kind: 'system', part: 'test' },
      person: expired.id,
      actionClass: 'contain',
      issuer: 'academy',
      expiresAtMs: plane.clock.nowMs() + 60_000,
    })
    plane.clock.advance(61_000)
    for (const lead of [missing, expired]) {
      expect(await world.yes(lead, held.id)).toBe('advised: certified')
    }
    expect(world.ran(target)).toBe(0)
    expect(await world.yes(plane.dana, held.id)).toBe('released')
    const granted = (await scene.record()).find(({ type }) => type === 'approval.granted')
    const path = `/api/v1/people/${plane.dana.id}/certificates`
    const { certificates } = (await rest(plane, plane.dana, 'GET', path)).body as unknown as {
      certificates: { id: string; action_class: string }[]
    }
    const used = certificates.find(({ id }) => id === granted?.data.certificate)
    expect(used?.action_class).toBe('contain')
  })

  it('an owner of an agent is a person: an agent, a queue, a mailbox or an alert is refused [R133]', async () => {
    const { agent } = await world.scene()
    for (const owner of [agent.id, 'soc-queue', 'soc@example.org', 'alert-4711']) {
      const answer = await rest(plane, plane.petra, 'POST', '/api/v1/agents', {
        name: fresh('owned'),
        subject: `spiffe://test.example/${fresh('owned')}`,
        owner,
        grants: ['soc/look'],
        key: agent.jwk,
      })
      expect([answer.status, answer.body.code], owner).toEqual([400, 'request_invalid'])
    }
  })
})

describe('whose decision it is', () => {
  it('a request names who is on call now; another on shift takes it over on record [R150]', async () => {
    const { scene, held } = await isolation()
    expect(held.shown.owner).toBe(plane.dana.id)
    const lead = await newLead()
    const path = `/api/v1/approvals/${held.id}/take-over`
    const body = { seen_digest: held.shown.action_digest, reason: 'Dana is in a call' }
    const refused = await rest(plane, plane.alex, 'POST', path, body)
    expect([refused.status, refused.body.code]).toEqual([403, 'not_eligible'])
    const taken = await rest(plane, lead, 'POST', path, body)
    expect(taken.body).toMatchObject({ outcome: 'taken-over', approval: { owner: lead.id } })
    const record = await scene.record()
    const asked = record.find(({ type }) => type === 'approval.requested')
    expect(asked?.data).toMatchObject({ role: 'shift-lead', owner: plane.dana.id })
    const moved = record.find(({ type }) => type === 'approval.taken_over')
    expect(moved?.data).toMatchObject({ person: lead.id, previous: plane.dana.id })
  })

  it('whoever co-signed may take it over: their first yes is taken back, and they sign it anew [R150 R137]', async () => {
    const both = await addPerson(plane.gateway, fresh('both'), ['shift-lead', 'incident-commander'])
    await putOnDuty(plane.gateway, plane.clock, both)
    const scene = await world.scene()
    const labels = ['availability-critical']
    const target = await world.asset('device', {
      environment: 'production',
      labels,
      criticality: 5,
    })
    const held = await scene.hold('isolate', { target })
    expect(held.needs).toBe('dual incident-commander, dual shift-lead')
    const path = `/api/v1/approvals/${held.id}`
    const signs = async () => {
      const { body } = await rest(plane, both, 'GET', path)
      return body.signs as unknown as { readonly digest: string; readonly again: number }
    }
    const first = await signs()
    expect(first).toEqual({ digest: held.shown.action_digest, again: 0 })
    const copied = {
      seen_digest: held.shown.action_digest,
      reason: 'it spreads',
      acknowledged: consequencesIn(held.shown),
      ...signedBy(plane.gateway.baseUrl, both, first.digest),
    }
    expect((await rest(plane, both, 'POST', `${path}/approve`, copied)).body.outcome).toBe(
      'co-signed',
    )
    const body = { seen_digest: held.shown.action_digest, reason: 'Dana is away' }
    expect((await rest(plane, both, 'POST', `${path}/take-over`, body)).status).toBe(200)
    const replayed = await rest(plane, both, 'POST', `${path}/approve`, copied)
    expect([replayed.status, replayed.body.code]).toEqual([403, 'signature_invalid'])
    expect(await signs()).toMatchObject({ again: 1 })
    expect(await world.yes(both, held.id)).toBe('co-signed')
    expect(await world.yes(plane.ines, held.id)).toBe('released')
    expect(await scene.ask('isolate', { target })).toBe('ran')
    const signed = (await scene.record()).filter(({ payloads }) => payloads.signature !== undefined)
    expect(signed.map(({ type, data }) => [type, data.person])).toEqual([
      ['approval.co_signed', both.id],
      ['approval.co_signed', both.id],
      ['approval.granted', plane.ines.id],
    ])
  })

  it('where nobody of the role is eligible it climbs at once, on record, and nothing passes [R150]', async () => {
    const path = `/api/v1/people/${plane.dana.id}`
    const leads = (await rest(plane, plane.petra, 'GET', '/api/v1/people')).body
    const { people } = leads as unknown as { people: { id: string; roles: string[] }[] }
    const others = people.filter(
      ({ id, roles }) => id !== plane.dana.id && roles.includes('shift-lead'),
    )
    const all = [path, ...others.map(({ id }) => `/api/v1/people/${id}`)]
    for (const one of all) await rest(plane, plane.petra, 'POST', one, { state: 'suspended' })
    const { scene, target, held } = await isolation()
    for (const one of all) await rest(plane, plane.petra, 'POST', one, { state: 'active' })
    expect(held.shown).toMatchObject({
      owner: plane.ines.id,
      accountable: 'incident-commander',
      state: 'pending',
    })
    const record = await scene.record()
    const asked = record.find(({ type }) => type === 'approval.requested')
    expect(asked?.data).toMatchObject({ role: 'shift-lead', owner: plane.ines.id })
    const climbed = record.find(({ type }) => type === 'approval.escalated')
    expect(climbed?.data).toMatchObject({ request: held.id, role: 'incident-commander' })
    expect(world.ran(target)).toBe(0)
    expect(await world.yes(plane.dana, held.id)).toBe('advised: role')
  })

  it('a yes, a no and a take-over are separate entries; a no reaches the agent with its reason [R87 R135]', async () => {
    const { scene, target, held } = await isolation()
    const denied = await decide(plane, plane.alex, 'deny', held.id, 'that is our own scanner')
    expect(denied.body).toMatchObject({ outcome: 'denied' })
    expect(saidBy(await scene.call('soc__isolate', { target }))).toMatchObject({
      code: 'approval_denied',
      detail: 'that is our own scanner',
    })
    const second = await world.asset('device', { environment: 'production' })
    const again = await scene.hold('isolate', { target: second })
    const path = `/api/v1/approvals/${again.id}/take-over`
    const seen = { seen_digest: again.shown.action_digest, reason: 'I have the context' }
    expect((await rest(plane, plane.dana, 'POST', path, seen)).status).toBe(200)
    expect(await world.yes(plane.dana, again.id)).toBe('released')
    const types = (await scene.record()).map(({ type }) => type)
    for (const type of ['approval.denied', 'approval.taken_over', 'approval.granted']) {
      expect(types.filter((each) => each === type)).toHaveLength(1)
    }
  })

  it('a recommendation nobody acts upon does nothing [R70]', async () => {
    const scene = await world.scene()
    const target = await world.asset('device')
    const looked = await scene.call('soc__look', { text: 'x' })
    const made = await scene.call('countersign_recommend', {
      summary: 'Isolate it.',
      evidence: [looked._meta?.['countersign/evidence']],
      proposed_action: { tool: 'soc__isolate', arguments: { target } },
    })
    expect(made.structuredContent).toMatchObject({ status: 'proposed', owner: plane.alex.id })
    plane.clock.advance(2 * HOUR_MS)
    expect(world.ran(target)).toBe(0)
    const types = (await scene.record()).map(({ type }) => type)
    expect(types.filter((type) => type.startsWith('approval.'))).toEqual([])
  })
})

describe('at three in the morning', () => {
  it('a request nobody answers expires; no later call, wait or click makes it a yes [R94]', async () => {
    const { scene, target, held } = await isolation()
    plane.clock.advance(16 * 60_000)
    const later = await world.renew(scene)
    const waited = { approval_id: held.id, wait_seconds: 0 }
    expect(saidBy(await later.call('countersign_await', waited))).toMatchObject({
      code: 'approval_expired',
    })
    expect(await stateOf(held)).toBe('expired')
    const cited = { 'countersign/approval': held.id }
    expect(saidBy(await later.call('soc__isolate', { target }, cited))).toMatchObject({
      code: 'approval_expired',
    })
    expect(await world.yes(plane.dana, held.id)).toBe('409 approval_closed')
    const anew = saidBy(await later.call('soc__isolate', { target }))
    expect(anew).toMatchObject({ status: 'pending_approval' })
    expect(anew?.approval_id).not.toBe(held.id)
    expect(world.ran(target)).toBe(0)
    const ended = (await scene.record()).find(({ type }) => type === 'approval.expired')
    expect(ended?.data).toMatchObject({ request: held.id, reason: 'expired_unseen' })
  })

  it('when nobody is on duty the request waits without an owner, and nothing passes [R150]', async () => {
    plane.clock.advance(13 * HOUR_MS)
    const { scene, target, held } = await isolation()
    expect(held.shown.owner).toBeUndefined()
    expect(await world.yes(plane.dana, held.id)).toBe('advised: on_duty')
    expect(await scene.ask('isolate', { target })).toBe(held.needs)
    expect(world.ran(target)).toBe(0)
  })
})
