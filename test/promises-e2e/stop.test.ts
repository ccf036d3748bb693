/** What halts when a person presses stop, and how fast: seen by the tool server, not by us. */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { changePerson } from '../../src/command/register-person.ts'
import { DEFAULT_LIMITS } from '../../src/config.ts'
import { TENANT } from '../../src/wiring.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { type AnyTools, anyTools, ENTRIES, reviewAll } from '../harness/any-tools.ts'
import { approveAsOwner, rest } from '../harness/people.ts'
import {
  addAgent,
  addAsset,
  addPerson,
  type Plane,
  putOnDuty,
  startPlane,
  taskToken,
} from '../harness/plane.ts'
import { readRecord } from './record.ts'

/** Longer than any test runs: nothing here comes back by itself. */
const FOR_EVER_MS = 600_000
const LIMIT_MS = 2_000

/** One target for each task, so that the second is one too many. */
const NARROW = { windowMs: 3_600_000, perTask: 1, perAgent: 100, perTenant: 100 }

let plane: Plane
let tools: AnyTools
let used = 0
beforeAll(async () => {
  tools = anyTools('soc', mkdtempSync(join(tmpdir(), 'countersign-tools-')), [
    { name: 'look', entry: ENTRIES.read },
    { name: 'note', entry: ENTRIES.note },
    { name: 'block', entry: ENTRIES.block },
    { name: 'unblock', entry: ENTRIES.unblock },
  ])
  plane = await startPlane({
    upstreams: [tools.config],
    config: { holdMs: 20_000, limits: { ...DEFAULT_LIMITS, fanOut: NARROW } },
  })
  await reviewAll(plane, tools)
}, 60_000)
afterAll(() => plane?.close())
afterEach(async () => {
  const { body } = await rest(plane, plane.dana, 'GET', '/api/v1/stops')
  for (const { id } of body.stops as unknown as { id: string }[]) {
    await rest(plane, plane.dana, 'DELETE', `/api/v1/stops/${id}`, { reason: 'over' })
  }
})

async function newAgent() {
  const agent = await addAgent(plane.gateway, `halted-${++used}`, plane.alex)
  const token = await taskToken(plane, 'respond', {}, agent)
  return { agent, token, client: await connectAgent(plane.gateway.baseUrl, token) }
}

async function address(): Promise<string> {
  const target = `203.0.113.${++used}`
  await addAsset(plane.gateway, 'ipv4_net', target)
  return target
}

const press = (scope: string, subject?: string, who = plane.alex) =>
  rest(plane, who, 'POST', '/api/v1/stops', {
    scope,
    ...(subject === undefined ? {} : { subject }),
  })

/** What the agent hears of a call that is out when `halt` is done, and how long after that. */
async function cutOff(call: Promise<Parameters<typeof saidBy>[0]>, halt: () => Promise<unknown>) {
  const startedMs = performance.now()
  await halt()
  const said = saidBy(await call)
  return { code: said?.code, tookMs: performance.now() - startedMs }
}

describe('a stop', () => {
  it('cuts off a call that is out within two seconds, and says that its outcome is unknown [R146 R18]', async () => {
    const { agent, client } = await newAgent()
    const target = `host-${++used}`
    const running = client.call('soc__look', { target, wait_ms: FOR_EVER_MS })
    await tools.reached('look', target)
    const { code, tookMs } = await cutOff(running, () => press('agent', agent.id))
    expect(code).toBe('call_halted')
    expect(tookMs).toBeLessThan(LIMIT_MS)
    const record = await readRecord(plane, 'INC-482')
    const ended = record.findLast(({ type }) => type === 'tool.call.outcome')
    expect(ended?.data).toMatchObject({ outcome: 'unknown', error: 'call_halted' })
    expect(saidBy(await client.call('soc__look', { target }))).toMatchObject({ code: 'stopped' })
    await client.close()
  }, 60_000)

  it('answers an agent that waits for a person, at once and for good [R18]', async () => {
    const { agent, client } = await newAgent()
    const waiting = client.call('soc__block', { target: await address() })
    const held = await pendingOf(agent.id)
    const { code, tookMs } = await cutOff(waiting, () => press('writes'))
    expect(code).toBe('approval_stopped')
    expect(tookMs).toBeLessThan(LIMIT_MS)
    expect((await approveAsOwner(plane, plane.dana, held)).body.code).toBe('approval_closed')
    await client.close()
  }, 60_000)

  it('halts a running plan: its next step is refused, and its approval is void [R146]', async () => {
    const { agent, client } = await newAgent()
    const steps = [await address(), await address()]
    const proposed = await client.call('countersign_propose_plan', {
      steps: steps.map((target) => ({ tool: 'soc__block', arguments: { target } })),
    })
    const { plan, approval_id: approval } = proposed.structuredContent as Record<string, string>
    await approveAsOwner(plane, plane.dana, approval ?? '')
    expect(saidBy(await client.call('soc__block', { target: steps[0] }))).toBeUndefined()
    await press('agent', agent.id)
    const next = saidBy(await client.call('soc__block', { target: steps[1] }))
    expect(next).toMatchObject({ code: 'stopped' })
    const { body } = await rest(plane, plane.alex, 'GET', `/api/v1/plans/${plan}`)
    expect(body.status).toBe('void')
    expect(tools.calls().filter(({ arguments: args }) => args.target === steps[1])).toEqual([])
    await client.close()
  }, 60_000)

  it('leaves alone what the gateway itself is doing: an undo under way comes to its end', async () => {
    const { agent, client } = await newAgent()
    const asked = client.call('soc__block', { target: await address() })
    await approveAsOwner(plane, plane.dana, await pendingOf(agent.id))
    const call = (await asked)._meta?.['countersign/call'] as string
    const { spine } = plane.gateway.parts
    const { exchange } = spine
    const underWay = Promise.withResolvers<void>()
    const pressed = Promise.withResolvers<void>()
    const slow: typeof exchange = async (...args) => {
      underWay.resolve()
      await pressed.promise
      return exchange(...args)
    }
    Object.assign(spine, { exchange: slow })
    const lifted = undo(call)
    await underWay.promise
    await press('tenant')
    Object.assign(spine, { exchange })
    pressed.resolve()
    expect((await lifted).body).toMatchObject({ kind: 'lifted' })
    await client.close()
  }, 60_000)
})

describe('an agent that goes on reaching for more targets than it may', () => {
  it('is suspended by rule, and within two seconds nothing of it is under way [R18]', async () => {
    const { agent, client } = await newAgent()
    const stateOf = async () =>
      (await plane.gateway.parts.store.agents.byId(TENANT, agent.id))?.state
    const known = new Set<string>()
    const ask = async (target: string) => {
      const answer = client.call('soc__block', { target })
      const id = await pendingOf(agent.id, known)
      known.add(id)
      return { answer, id }
    }
    const reach = async () => {
      const { answer, id } = await ask(await address())
      await approveAsOwner(plane, plane.dana, id)
      return saidBy(await answer)?.code
    }
    expect(await reach()).toBeUndefined()
    for (let time = 0; time < 3; time++) expect(await reach()).toBe('fan_out_exceeded')
    expect(await stateOf()).toBe('active')
    const target = `host-${++used}`
    const running = client.call('soc__look', { target, wait_ms: FOR_EVER_MS })
    await tools.reached('look', target)
    const waiting = await ask(await address())
    const startedMs = performance.now()
    expect(await reach()).toBe('fan_out_exceeded')
    expect(saidBy(await running)).toMatchObject({ code: 'call_halted' })
    expect(saidBy(await waiting.answer)?.code).toMatch(/^(agent_not_active|approval_cancelled)$/)
    expect(performance.now() - startedMs).toBeLessThan(LIMIT_MS)
    expect(await stateOf()).toBe('suspended')
    expect((await approveAsOwner(plane, plane.dana, waiting.id)).body.code).toBe('approval_closed')
    const record = await readRecord(plane, 'INC-482')
    const about = record.findLast(({ type }) => type === 'agent.changed')
    expect(about).toMatchObject({
      actor: { kind: 'system', id: 'quarantine' },
      data: { agent: agent.id, state: 'suspended' },
    })
    const ended = record.filter(({ data }) => data.reason === 'agent-quarantined')
    expect(new Set(ended.map(({ type }) => type))).toEqual(
      new Set(['approval.cancelled', 'grant.voided', 'lease.revoked']),
    )
    await client.close()
  }, 90_000)
})

describe('the stop switch', () => {
  it('is refused to those who are not on the rota, saying why; and a shift is enough [R146]', async () => {
    const audra = await addPerson(plane.gateway, 'Audra', ['auditor'])
    const before = await press('writes', undefined, audra)
    expect([before.status, before.body.code]).toEqual([403, 'not_permitted'])
    expect(before.body.detail).toMatch(/on the rota/)
    await putOnDuty(plane.gateway, plane.clock, audra)
    expect((await press('writes', undefined, audra)).status).toBe(201)
  })

  it('is refused to a suspended person and to an agent', async () => {
    const sam = await addPerson(plane.gateway, 'Sam', ['analyst'])
    await changePerson(plane.gateway.parts.restParts, {
      tenant: TENANT,
      by: { kind: 'system', part: 'test' },
      personId: sam.id,
      state: 'suspended',
    })
    expect((await press('tenant', undefined, sam)).status).toBeGreaterThanOrEqual(401)
    const { token, client } = await newAgent()
    const agents = await press('tenant', undefined, { ...sam, token })
    expect([agents.status, agents.body.code]).toEqual([403, 'agent_may_not_approve'])
    const { body } = await rest(plane, plane.dana, 'GET', '/api/v1/stops')
    expect(body.stops).toEqual([])
    await client.close()
  })

  it('has a named holder at every minute somebody is on duty, or the gap is named [R146]', async () => {
    const nowMs = plane.clock.nowMs()
    const holderAt = async (atMs: number) =>
      (await rest(plane, plane.alex, 'GET', `/api/v1/roster?at_ms=${atMs}`)).body.stop_holder
    expect(await holderAt(nowMs)).toMatchObject({
      person: plane.ines.id,
      role: 'incident-commander',
    })
    const { body } = await rest(plane, plane.alex, 'GET', '/api/v1/roster/coverage?weeks=1')
    const [gap] = body.without_stop_holder as unknown as { from_ms: number }[]
    expect(await holderAt((gap?.from_ms ?? 0) - 60_000)).toBeDefined()
    expect(await holderAt(gap?.from_ms ?? 0)).toBeUndefined()
  })
})

const undo = async (call: string) => {
  const path = `/api/v1/calls/${call}/undo`
  const shown = await rest(plane, plane.dana, 'GET', path)
  const order = { seen_digest: shown.body.digest, reason: 'clean' }
  return rest(plane, plane.dana, 'POST', path, order)
}

/** The open question of an agent, as soon as there is one. */
function pendingOf(agent: string, known: ReadonlySet<string> = new Set()): Promise<string> {
  return becomes(async () => {
    const pending = await plane.gateway.parts.store.approvals.list(TENANT, 'pending')
    return pending.find((each) => each.agent === agent && !known.has(each.id))?.id
  })
}

/** Looks again after every commit until there is something. */
function becomes<T>(look: () => Promise<T | undefined>): Promise<T> {
  return new Promise((done) => {
    const again = async () => {
      const found = await look()
      if (found === undefined) return
      unsubscribe()
      done(found)
    }
    const unsubscribe = plane.gateway.parts.store.changes.subscribe(() => void again())
    void again()
  })
}
