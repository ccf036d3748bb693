import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { type AgentClient, connectAgent, saidBy } from '../harness/agent-client.ts'
import { type AnyTools, anyTools, reviewAll } from '../harness/any-tools.ts'
import { entriesOf } from '../harness/fence.ts'
import { rest, waiveEvidence } from '../harness/people.ts'
import { addAgent, addAsset, type Plane, startPlane, taskToken } from '../harness/plane.ts'
import { approveAll } from '../plans/world.ts'

const device = { kind: 'device', from: 'args.target' }
const reads = (...flags: string[]): JsonObject => {
  return { effect: 'read', verb: 'query', target: device, flags }
}
const REBOOT: JsonObject = {
  effect: 'write',
  verb: 'restart',
  target: device,
  reversibility: 'compensable',
  flags: ['destroys-evidence'],
}
const WIPE: JsonObject = { effect: 'destructive', verb: 'delete', target: device }
const WAIVER = { by: 'Ines', reason: 'kiosks are wiped every night and hold nothing' }

const TOOLS = [
  { name: 'capture_memory', entry: reads('collects-evidence') },
  { name: 'what_depends', entry: reads('checks-impact') },
  { name: 'look', entry: reads() },
  { name: 'reboot', entry: REBOOT },
  { name: 'wipe', entry: WIPE },
  { name: 'wipe_kiosk', entry: { ...WIPE, evidence: { waiver: WAIVER } } },
  { name: 'delete_rule', entry: { ...WIPE, flags: ['preserves-evidence'] } },
]

let plane: Plane
let tools: AnyTools
beforeAll(async () => {
  tools = anyTools('edr', mkdtempSync(join(tmpdir(), 'countersign-evidence-')), TOOLS)
  plane = await startPlane({ upstreams: [tools.config] })
  await reviewAll(plane, tools)
  for (let at = 0; at < 12; at++) await addAsset(plane.gateway, 'device', `ws-${at}`)
}, 60_000)
afterAll(() => plane?.close())

let used = 0
const host = () => `ws-${used++}`
const ran = (name: string, target: string) =>
  tools.calls().filter((call) => call.name === name && call.arguments.target === target).length

async function connect(): Promise<AgentClient> {
  const agent = await addAgent(plane.gateway, `responder-${used++}`, plane.alex)
  return connectAgent(plane.gateway.baseUrl, await taskToken(plane, 'respond', {}, agent))
}

/** Calls, and says what came of it in a word. */
async function ask(agent: AgentClient, name: string, target: string): Promise<string> {
  const said = saidBy(await agent.call(`edr__${name}`, { target }))
  return said?.code ?? said?.status ?? 'ran'
}

const waive = (target: string, body: JsonObject = {}, person = plane.dana) =>
  waiveEvidence(plane, { kind: 'device', id: target }, body, person)

describe('an action that destroys or overwrites evidence', () => {
  it.each(['reboot', 'wipe'])(
    'is refused before anybody is asked: %s [R132]',
    async (name) => {
      const agent = await connect()
      const target = host()
      const said = saidBy(await agent.call(`edr__${name}`, { target }))
      expect(said).toMatchObject({ status: 'refused', code: 'evidence_at_risk' })
      expect(said?.detail, 'says why and what to use').toBe(
        'it would destroy evidence of a target, and its evidence is not preserved and nobody looked at what depends ' +
          'on it: use edr__capture_memory, edr__what_depends',
      )
      expect(said?.detail).not.toContain(target)
      expect(ran(name, target)).toBe(0)
      expect((await entriesOf(plane, 'tool.call.decided')).at(-1)).toMatchObject({
        data: { decision: 'deny', reason: 'evidence_at_risk', safeguards: [] },
      })
      await agent.close()
    },
    60_000,
  )

  it('waits for both steps on the same target, then for its people, and says what it rests on [R132]', async () => {
    const agent = await connect()
    const [target, other] = [host(), host()]
    expect(await ask(agent, 'capture_memory', target)).toBe('ran')
    expect(await ask(agent, 'reboot', target), 'one of two').toBe('evidence_at_risk')
    expect(await ask(agent, 'what_depends', other)).toBe('ran')
    expect(await ask(agent, 'reboot', target), 'of another target').toBe('evidence_at_risk')
    expect(await ask(agent, 'what_depends', target)).toBe('ran')
    const held = saidBy(await agent.call('edr__reboot', { target }))
    expect(held?.status).toBe('pending_approval')
    const decided = (await entriesOf(plane, 'tool.call.decided')).at(-1)?.data
    const { safeguards } = decided as { safeguards: readonly string[] }
    const steps = tools.calls().filter(({ arguments: args }) => args.target === target)
    expect(safeguards).toHaveLength(steps.length)
    const shown = await rest(plane, plane.ines, 'GET', `/api/v1/approvals/${held?.approval_id}`)
    expect(shown.body).toMatchObject({
      package: { value: { safeguards: { rests_on: safeguards, missing: [] } } },
    })
    await approveAll(plane, [plane.ines, plane.dana], held?.approval_id ?? '')
    expect(await ask(agent, 'reboot', target)).toBe('ran')
    expect(ran('reboot', target)).toBe(1)
    await agent.close()
  }, 60_000)

  it('is not helped by a step that failed, or by one of long ago', async () => {
    const agent = await connect()
    const target = host()
    await agent.call('edr__capture_memory', { target, fail: true })
    expect(await ask(agent, 'what_depends', target)).toBe('ran')
    expect(await ask(agent, 'wipe', target)).toBe('evidence_at_risk')
    expect(await ask(agent, 'capture_memory', target)).toBe('ran')
    expect(await ask(agent, 'wipe', target)).toBe('pending_approval')
    await agent.close()
  }, 60_000)

  it('is left alone where the entry says that no evidence is lost, or who answers for it', async () => {
    const agent = await connect()
    expect(await ask(agent, 'delete_rule', host())).toBe('pending_approval')
    expect(await ask(agent, 'wipe_kiosk', host())).toBe('pending_approval')
    await agent.close()
  }, 60_000)
})

describe('a waiver', () => {
  it('by name lets the act be asked for, for that target, and is in the record [R132]', async () => {
    const agent = await connect()
    const [target, other] = [host(), host()]
    expect(await waive(target)).toMatchObject({ status: 201 })
    expect(await ask(agent, 'reboot', target)).toBe('pending_approval')
    expect(await ask(agent, 'reboot', other), 'for no other').toBe('evidence_at_risk')
    const waived = (await entriesOf(plane, 'safeguard.waived')).at(-1)
    expect(waived).toMatchObject({
      actor: { kind: 'person', id: plane.dana.id },
      data: { waives: ['evidence-preserved', 'impact-checked'], target_kind: 'device' },
    })
    expect(JSON.stringify(waived), 'names no target').not.toContain(target)
    expect((await entriesOf(plane, 'tool.call.decided')).at(-2)).toMatchObject({
      data: { safeguards: [waived?.id] },
    })
    const path = `/api/v1/cases/${plane.caseId}/safeguards`
    const { body } = await rest(plane, plane.alex, 'GET', path)
    expect(body.safeguards).toContainEqual(
      expect.objectContaining({ kind: 'impact-checked', by: 'waiver', ref: waived?.id }),
    )
    await agent.close()
  }, 60_000)

  it('of one step leaves the other needed', async () => {
    const agent = await connect()
    const target = host()
    await waive(target, { waives: ['evidence-preserved'] })
    const said = saidBy(await agent.call('edr__wipe', { target }))
    expect(said).toMatchObject({ code: 'evidence_at_risk' })
    expect(said?.detail).toContain('nobody looked at what depends on it: use edr__what_depends')
    await agent.close()
  }, 60_000)

  it('is for who leads: refused to an analyst, to whoever is suspect, and without a reason', async () => {
    expect(await waive('ws-1', {}, plane.alex)).toMatchObject({ body: { code: 'not_permitted' } })
    expect(await waive('ws-1', { reason: ' ' })).toMatchObject({
      body: { code: 'reason_required' },
    })
    expect(await waive('ws-1', { waives: [] })).toMatchObject({ body: { code: 'request_invalid' } })
    const mark = `/api/v1/cases/${plane.caseId}/suspects/${plane.ines.id}`
    await rest(plane, plane.dana, 'PUT', mark, { reason: 'their token was seen on the host' })
    const refused = await waive('ws-1', {}, plane.ines)
    expect(refused).toMatchObject({ body: { code: 'not_permitted' } })
    expect(refused.body.detail).toContain('suspect')
    await rest(plane, plane.dana, 'DELETE', mark, { reason: 'it was a test account' })
  }, 60_000)
})

describe('a plan', () => {
  const step = (name: string, target: string) => ({ tool: `edr__${name}`, arguments: { target } })
  async function propose(agent: AgentClient, steps: readonly JsonObject[]) {
    return saidBy(await agent.call('countersign_propose_plan', { steps }))
  }

  it('that destroys before it preserves is refused, naming the step [R132]', async () => {
    const agent = await connect()
    const target = host()
    const wrongWay = ['what_depends', 'reboot', 'capture_memory'].map((name) => step(name, target))
    const said = await propose(agent, wrongWay)
    expect(said).toMatchObject({ code: 'evidence_at_risk' })
    expect(said?.detail).toMatch(/^steps\[1\]: .* use edr__capture_memory$/)
    await agent.close()
  }, 60_000)

  it('with both steps before it is asked about as a whole [R132]', async () => {
    const agent = await connect()
    const target = host()
    const steps = ['capture_memory', 'what_depends', 'reboot'].map((name) => step(name, target))
    const answer = await agent.call('countersign_propose_plan', { steps })
    const { approval_id: approval } = answer.structuredContent as unknown as {
      approval_id: string
    }
    await approveAll(plane, [plane.ines, plane.dana], approval)
    expect(await ask(agent, 'capture_memory', target)).toBe('ran')
    expect(await ask(agent, 'what_depends', target)).toBe('ran')
    expect(await ask(agent, 'reboot', target)).toBe('ran')
    await agent.close()
  }, 60_000)
})

describe('what was done', () => {
  it('counts for a shift and the one before it, a waiver for an hour', async () => {
    const agent = await connect()
    const [preserved, waived] = [host(), host()]
    expect(await ask(agent, 'capture_memory', preserved)).toBe('ran')
    expect(await ask(agent, 'what_depends', preserved)).toBe('ran')
    await waive(waived)
    plane.clock.advance(61 * 60_000)
    const later = await connect()
    expect(await ask(later, 'reboot', waived)).toBe('evidence_at_risk')
    expect(await ask(later, 'reboot', preserved)).toBe('pending_approval')
    await later.close()
    await agent.close()
  }, 60_000)
})
