import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { putCase } from '../../src/command/put-case.ts'
import { digestOfJson } from '../../src/kernel/canonical-json.ts'
import { TENANT } from '../../src/wiring.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { type AnyTools, anyTools, ENTRIES, reviewAll } from '../harness/any-tools.ts'
import { signedBy } from '../harness/passkeys.ts'
import { rest } from '../harness/people.ts'
import {
  addAgent,
  addAsset,
  addPerson,
  type Plane,
  putOnDuty,
  startPlane,
  type TestAgent,
  type TestPerson,
  taskToken,
} from '../harness/plane.ts'

const DISMISS = {
  effect: 'influence',
  direction: 'lowers',
  verb: 'dispose',
  target: { kind: 'alert', from: 'args.target' },
  reversibility: 'reversible',
  inverse: { tool: 'reopen', arguments: { target: 'args.target' } },
}
const ISOLATE = {
  effect: 'contain',
  verb: 'contain',
  target: { kind: 'device', from: 'args.target' },
  reversibility: 'time-limited',
}
const WIPE = { ...ISOLATE, effect: 'destructive', verb: 'delete', reversibility: 'irreversible' }
const EXCLUDE = {
  ...ISOLATE,
  effect: 'write',
  verb: 'allow',
  target: { kind: 'file', from: 'args.target' },
  flags: ['reduces-visibility'],
}

let plane: Plane
let tools: AnyTools
beforeAll(async () => {
  tools = anyTools('soar', mkdtempSync(join(tmpdir(), 'countersign-standing-')), [
    { name: 'look', entry: ENTRIES.read },
    { name: 'dismiss', entry: DISMISS },
    {
      name: 'reopen',
      entry: {
        ...DISMISS,
        verb: 'restore',
        direction: 'raises',
        inverse: { tool: 'dismiss', arguments: { target: 'args.target' } },
      },
    },
    { name: 'isolate', entry: ISOLATE },
    { name: 'wipe', entry: WIPE },
    { name: 'exclude', entry: EXCLUDE },
  ])
  plane = await startPlane({ upstreams: [tools.config] })
  await reviewAll(plane, tools)
  for (const name of ['ws-1', 'ws-2', 'ws-3'])
    await addAsset(plane.gateway, 'device', name, { environment: 'production' })
  await addAsset(plane.gateway, 'device', 'dc-1', {
    environment: 'production',
    labels: ['privileged'],
  })
  for (const name of ['al-1', 'al-2'])
    await addAsset(plane.gateway, 'alert', name, { environment: 'production' })
  await addAsset(plane.gateway, 'alert', 'al-5', { environment: 'production', criticality: 5 })
}, 60_000)
afterAll(() => plane?.close())

let names = 0
async function newAgent(mode: 'supervised' | 'delegated') {
  const name = `stander-${++names}`
  const agent = await addAgent(plane.gateway, name, plane.alex, { mode })
  const client = await connectAgent(
    plane.gateway.baseUrl,
    await taskToken(plane, 'respond', {}, agent),
  )
  const call = async (tool: string, target: string) =>
    saidBy(await client.call(`soar__${tool}`, { target }))
  return { name, agent, call }
}

const ISOLATES = {
  action: 'contain:device',
  targets: [
    { kind: 'prefix', prefix: 'ws-' },
    { kind: 'one-of', values: ['dc-1'] },
  ],
  environments: ['production'],
  cap: 2,
  window_seconds: 3600,
  sample_percent: 100,
  lifetime_seconds: 86_400,
}

/** What a person's own program would sign: exactly what it sends, and who sends it. */
const sign = (person: TestPerson, standing: object, isKeyed = true) => {
  const proposal = JSON.parse(JSON.stringify(standing))
  const said = { owner: person.id, proposal, tenant: TENANT }
  const key = signedBy(plane.gateway.baseUrl, person, digestOfJson('countersign-standing-v1', said))
  const body = { standing_plan: proposal, ...(isKeyed ? key : {}) }
  return rest(plane, person, 'POST', '/api/v1/standing-plans', body)
}

async function signed(person: TestPerson, standing: object): Promise<string> {
  const { status, body } = await sign(person, standing)
  if (status !== 201) throw new Error(JSON.stringify(body))
  return (body.standing_plan as unknown as { id: string }).id
}

describe('a standing plan', () => {
  it('lets what its owner signed run without asking, up to its cap, and then asks again', async () => {
    const agent = await newAgent('delegated')
    await signed(plane.dana, { ...ISOLATES, agents: [agent.name] })
    expect(await agent.call('isolate', 'ws-1')).toBeUndefined()
    expect(await agent.call('isolate', 'ws-2')).toBeUndefined()
    expect(await agent.call('isolate', 'ws-3')).toMatchObject({ status: 'pending_approval' })
  })

  it('releases no other agent, no other target and nothing on a hard floor', async () => {
    const [agent, other] = [await newAgent('delegated'), await newAgent('delegated')]
    await signed(plane.dana, {
      ...ISOLATES,
      agents: [agent.name],
      targets: [{ kind: 'one-of', values: ['ws-1', 'dc-1'] }],
    })
    expect(await other.call('isolate', 'ws-1')).toMatchObject({ status: 'pending_approval' })
    expect(await agent.call('isolate', 'ws-2')).toMatchObject({ status: 'pending_approval' })
    expect(await agent.call('isolate', 'dc-1')).toMatchObject({ status: 'pending_approval' })
    expect(await agent.call('isolate', 'nobody-knows')).toMatchObject({
      status: 'pending_approval',
    })
  })

  it('runs triage below the documented threshold unasked, and nothing above it [R147]', async () => {
    const ada = await addPerson(plane.gateway, 'Ada', ['analyst'])
    await putOnDuty(plane.gateway, plane.clock, ada)
    const agent = await newAgent('supervised')
    const dismiss = { ...ISOLATES, action: 'dispose:alert', agents: [agent.name] }
    await signed(ada, { ...dismiss, targets: [{ kind: 'prefix', prefix: 'al-' }] })
    // The case is severe, so the shift lead decides; no analyst can have signed for that.
    expect(await agent.call('dismiss', 'al-1')).toMatchObject({ status: 'pending_approval' })
    const calm = await onCalmCase(agent.agent)
    expect(await calm('dismiss', 'al-2')).toBeUndefined()
    expect(await reportOf('dispose:alert')).toMatchObject({ ran: 1, passed: 1, share: 1 })
    // A supervised agent is asked about every act that is more than triage.
    await signed(plane.dana, { ...ISOLATES, agents: [agent.name] })
    expect(await calm('isolate', 'ws-1')).toMatchObject({ status: 'pending_approval' })
  })

  it('reaches as far as the role of its owner, who is asked about nothing beyond it either [R134]', async () => {
    const ada = await addPerson(plane.gateway, 'Bea', ['analyst'])
    await putOnDuty(plane.gateway, plane.clock, ada)
    const agent = await newAgent('supervised')
    const alerts = { action: 'dispose:alert', agents: [agent.name], cap: 9 }
    await signed(ada, { ...ISOLATES, ...alerts, targets: [{ kind: 'prefix', prefix: 'al-' }] })
    const calm = await onCalmCase(agent.agent)
    expect(await calm('dismiss', 'al-1')).toBeUndefined()
    expect(await calm('dismiss', 'al-5')).toMatchObject({ status: 'pending_approval' })
  })

  it('ends when it is revoked and when its time is over', async () => {
    const agent = await newAgent('delegated')
    const id = await signed(plane.dana, { ...ISOLATES, cap: 9, agents: [agent.name] })
    expect(await agent.call('isolate', 'ws-1')).toBeUndefined()
    const revoked = await rest(plane, plane.alex, 'POST', `/api/v1/standing-plans/${id}/revoke`, {
      reason: 'too wide',
    })
    expect(revoked.status).toBe(200)
    expect(await agent.call('isolate', 'ws-2')).toMatchObject({ status: 'pending_approval' })
    const short = await newAgent('delegated')
    await signed(plane.dana, { ...ISOLATES, agents: [short.name], lifetime_seconds: 60 })
    plane.clock.advance(61_000)
    expect(await short.call('isolate', 'ws-1')).toMatchObject({ status: 'pending_approval' })
  })

  it.each([
    ['irreversible', 'delete:device'],
    ['reduces-visibility', 'allow:file'],
    ['unclassified', 'stop:process'],
  ])('is refused on the floor "%s", by name', async (floor, action) => {
    const agent = await newAgent('delegated')
    const { status, body } = await sign(plane.ines, { ...ISOLATES, action, agents: [agent.name] })
    expect(status).toBe(400)
    expect(body).toMatchObject({ code: 'standing_floor' })
    expect(String(body.detail)).toContain(floor)
  })

  it.each([
    ['role', () => plane.ines],
    ['role', () => plane.alex],
  ])('is signed by nobody but the owner of the class (%s)', async (failing, who) => {
    const agent = await newAgent('delegated')
    const { body } = await sign(who(), { ...ISOLATES, agents: [agent.name] })
    expect(body).toMatchObject({ code: 'not_eligible' })
    expect(String(body.detail)).toContain(failing)
  })

  it('is signed with a passkey from contain up, once', async () => {
    const agent = await newAgent('delegated')
    const wish = { ...ISOLATES, agents: [agent.name] }
    expect((await sign(plane.dana, wish, false)).body).toMatchObject({ code: 'passkey_required' })
    expect((await sign(plane.dana, wish)).status).toBe(201)
    expect((await sign(plane.dana, wish)).body).toMatchObject({ code: 'signature_replayed' })
  })

  it('is not signed by the owner of the agent', async () => {
    const name = `stander-${++names}`
    await addAgent(plane.gateway, name, plane.dana, { mode: 'delegated' })
    const { body } = await sign(plane.dana, { ...ISOLATES, agents: [name] })
    expect(body).toMatchObject({ code: 'not_eligible' })
    expect(String(body.detail)).toContain('agent_owner')
  })

  it.each([
    ['no target', { targets: [] }, 'targets'],
    ['every target', { targets: [{ kind: 'pattern', pattern: '*' }] }, 'targets[0]'],
    ['no end', { lifetime_seconds: undefined }, 'lifetime_seconds'],
    ['no sample', { sample_percent: 0 }, 'sample_percent'],
    ['every environment', { environments: ['any'] }, 'environments'],
  ])('is refused with %s', async (_what, change, place) => {
    const agent = await newAgent('delegated')
    const { body } = await sign(plane.dana, { ...ISOLATES, agents: [agent.name], ...change })
    expect(body).toMatchObject({ code: 'plan_invalid' })
    expect(String(body.detail)).toContain(place)
  })
})

describe('what ran without a person is looked at afterwards', () => {
  it('a sample is queued, judged by somebody else, and disagreement is in the report [R95] [R147]', async () => {
    const agent = await newAgent('delegated')
    await signed(plane.dana, { ...ISOLATES, cap: 9, agents: [agent.name] })
    const before = await reportOf('contain:device')
    expect(await agent.call('isolate', 'ws-3')).toBeUndefined()
    const { body } = await rest(plane, plane.dana, 'GET', '/api/v1/standing-uses')
    const last = (body.reviews as unknown as { call: string }[]).at(-1)?.call
    const judge = (person: TestPerson) =>
      rest(plane, person, 'POST', `/api/v1/standing-uses/${last}/verdict`, {
        verdict: 'disagreed',
        reason: 'it was the CFO',
      })
    expect((await judge(plane.dana)).status).toBe(403)
    expect((await judge(plane.ines)).status).toBe(200)
    expect((await judge(plane.ines)).status).toBe(404)
    const after = await reportOf('contain:device')
    expect(after).toMatchObject({ passed: before.passed + 1, disagreed: before.disagreed + 1 })
    expect(after.share).toBeCloseTo(after.passed / after.ran)
  })
})

/** The same agent on a case of severity 4, beyond what the threshold document calls severe. */
async function onCalmCase(agent: TestAgent) {
  await putCase(plane.gateway.parts.restParts, {
    tenant: TENANT,
    by: { kind: 'system', part: 'test' },
    externalRef: 'INC-900',
    title: 'Noisy rule',
    state: 'open',
    severity: 4,
    tags: [],
    source: 'test',
  })
  const token = await taskToken(plane, 'respond', { case: 'INC-900' }, agent)
  const client = await connectAgent(plane.gateway.baseUrl, token)
  return async (tool: string, target: string) =>
    saidBy(await client.call(`soar__${tool}`, { target }))
}

async function reportOf(action: string) {
  const { body } = await rest(plane, plane.alex, 'GET', '/api/v1/reports/pre-approved')
  type Row = { action: string; passed: number; ran: number; disagreed: number; share: number }
  const found = (body.actions as unknown as Row[]).find((each) => each.action === action)
  return found ?? { action, passed: 0, ran: 0, disagreed: 0, share: 0 }
}
