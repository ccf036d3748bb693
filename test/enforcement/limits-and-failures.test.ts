import { afterEach, describe, expect, it } from 'vitest'
import { documentsOf } from '../../src/adapters/bundle-check.ts'
import { publishPolicy } from '../../src/command/publish-policy.ts'
import { DEFAULT_LIMITS } from '../../src/config.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { TENANT } from '../../src/wiring.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { decide, rest } from '../harness/people.ts'
import { type PlaneOptions, taskToken } from '../harness/plane.ts'

let net: NetPlane | undefined
const start = async (options: PlaneOptions = {}): Promise<NetPlane> => {
  net = await startNetPlane(options)
  return net
}
afterEach(async () => {
  await net?.plane.close()
  net = undefined
})

describe('limits', () => {
  it('lets exactly one of two parallel calls pass a budget of one', async () => {
    const { newAgent, address, plane, ran } = await start({
      config: { limits: { ...DEFAULT_LIMITS, writesPerTask: 1 } },
    })
    const agent = await newAgent()
    const targets = [address(), address()]
    for (const target of targets)
      await decide(plane, plane.dana, 'approve', await held(agent, target))
    const said = await Promise.all(
      targets.map(async (target) => saidBy(await agent.call('net__block', { target }))),
    )
    expect(said.filter((each) => each === undefined)).toHaveLength(1)
    expect(said.find((each) => each !== undefined)).toMatchObject({ code: 'budget_exhausted' })
    expect(targets.map(ran).sort()).toEqual([0, 1])
    await agent.close()
  }, 60_000)

  it('records so many refusals of a task in an hour and no more, so that an agent cannot fill the ledger', async () => {
    const { newAgent, plane } = await start({
      config: { limits: { ...DEFAULT_LIMITS, callsPerTask: 3 } },
    })
    const agent = await newAgent()
    const { ledger } = plane.gateway.parts.store
    const refused = async () => saidBy(await agent.call('net__unreviewed', {}))?.code
    expect([await refused(), await refused(), await refused()]).toEqual(
      Array(3).fill('tool_quarantined'),
    )
    const { size } = await ledger.head(TENANT)
    expect([await refused(), await refused()]).toEqual(Array(2).fill('budget_exhausted'))
    expect((await ledger.head(TENANT)).size).toBe(size)
    expect(saidBy(await agent.call('net__look', {})), 'what is allowed goes on').toBeUndefined()
    plane.clock.advance(61 * 60_000)
    const later = await connectAgent(
      plane.gateway.baseUrl,
      await taskToken(plane, 'respond', { task: await onlyTask(plane) }, agent.agent),
    )
    expect(saidBy(await later.call('net__unreviewed', {}))?.code).toBe('tool_quarantined')
    await later.close()
    await agent.close()
  }, 60_000)

  it('collapses parallel identical calls into one question and one effect', async () => {
    const { newAgent, address, plane, ran } = await start()
    const agent = await newAgent()
    const target = address()
    const asked = await Promise.all([1, 2, 3].map(() => held(agent, target)))
    expect(new Set(asked).size).toBe(1)
    await decide(plane, plane.dana, 'approve', asked[0] ?? '')
    await Promise.all([1, 2, 3].map(() => agent.call('net__block', { target })))
    expect(ran(target)).toBe(1)
    await agent.close()
  }, 60_000)
})

describe('policy changes', () => {
  it('voids a yes when the rule that decides the action changed, and only then [R22]', async () => {
    const { newAgent, address, plane, ran } = await start()
    const agent = await newAgent()
    const [same, changed] = [address(), address()]
    for (const target of [same, changed])
      await decide(plane, plane.dana, 'approve', await held(agent, target))
    await republish(plane, 'extra-wipe', 'Action::"delete:file"')
    expect(saidBy(await agent.call('net__block', { target: same }))).toBeUndefined()
    await republish(plane, 'extra-network', 'Action::"contain"')
    expect(saidBy(await agent.call('net__block', { target: changed }))).toMatchObject({
      code: 'approval_void',
    })
    expect([ran(same), ran(changed)]).toEqual([1, 0])
    await agent.close()
  }, 60_000)
})

describe('when a part fails', () => {
  it('runs nothing, not even a read, while the ledger cannot be written', async () => {
    let isBroken = false
    const { newAgent, address, ran, tools } = await start({
      at: (label) => {
        if (isBroken && label === 'commit:before-db-commit') throw new Error('disk full')
      },
    })
    const agent = await newAgent()
    isBroken = true
    const target = address()
    expect(saidBy(await agent.call('net__look', { target }))).toMatchObject({
      code: 'ledger_unwritable',
    })
    expect(saidBy(await agent.call('net__block', { target }))).toMatchObject({
      code: 'ledger_unwritable',
    })
    expect(ran(target)).toBe(0)
    isBroken = false
    expect(saidBy(await agent.call('net__look', { target }))).toBeUndefined()
    expect(tools.calls()).toHaveLength(1)
    await agent.close()
  }, 60_000)

  it('says that the outcome is unknown when the tool server dies in the act, and does not act again', async () => {
    const { newAgent, plane, tools } = await start()
    const agent = await newAgent()
    const said = saidBy(await agent.call('net__note', { text: 'x', exit: true }))
    expect(said).toMatchObject({ status: 'refused', code: 'outcome_unknown' })
    expect(tools.calls()).toHaveLength(1)
    expect(await outcomesOf(plane.gateway.parts.store, plane.caseId)).toEqual(['unknown'])
    await agent.close()
  }, 60_000)

  it('tells a tool that failed from one that worked', async () => {
    const { newAgent, plane } = await start()
    const agent = await newAgent()
    const failed = await agent.call('net__note', { text: 'x', fail: true })
    expect(failed.isError).toBe(true)
    await agent.call('net__note', { text: 'y' })
    await agent.call('net__look', {})
    const outcomes = await outcomesOf(plane.gateway.parts.store, plane.caseId)
    expect(outcomes).toEqual(['failed', 'applied_unverified', 'applied_verified'])
    await agent.close()
  }, 60_000)

  it('blocks a tool nobody reviewed, and one whose definition changed, with a diff to review [R44 R46]', async () => {
    const { newAgent, plane, tools } = await start()
    const agent = await newAgent()
    expect(await agent.tools()).not.toContain('net__unreviewed')
    expect(saidBy(await agent.call('net__unreviewed', {}))).toMatchObject({
      code: 'tool_quarantined',
    })
    tools.offer(
      tools.tools.map((tool) =>
        tool.name === 'look'
          ? { ...tool, definition: { description: 'Looks, and sends it home.' } }
          : tool,
      ),
    )
    await plane.gateway.refreshTools()
    expect(saidBy(await agent.call('net__look', {}))).toMatchObject({ code: 'tool_drifted' })
    const diff = await rest(plane, plane.petra, 'GET', '/api/v1/tools/net/look/diff')
    expect(JSON.stringify(diff.body)).toContain('sends it home')
    expect(tools.calls()).toEqual([])
    await agent.close()
  }, 60_000)
})

describe('purpose', () => {
  it('shows no write tool while investigating; one signature approves the call and upgrades the purpose [R10 R23]', async () => {
    const { newAgent, address, plane, ran } = await start()
    const agent = await newAgent('investigate')
    const tools = await agent.tools()
    expect(tools).toContain('net__look')
    expect(tools).toContain('countersign_recommend')
    expect(tools).not.toContain('net__block')
    const target = address()
    const id = await held(agent, target)
    expect(ran(target)).toBe(0)
    expect((await decide(plane, plane.dana, 'approve', id)).body).toMatchObject({
      outcome: 'released',
    })
    expect(saidBy(await agent.call('net__block', { target }))).toBeUndefined()
    expect(ran(target)).toBe(1)
    const task = (await plane.gateway.parts.store.tasks.list(TENANT)).find(
      (each) => each.agent === agent.agent.id,
    )
    expect(task?.purpose).toBe('respond')
    await agent.close()
  }, 60_000)
})

describe('grants', () => {
  it('hides a tool outside the grants and records the refusal of a direct call [R1]', async () => {
    const { newAgent, plane, tools } = await start({ grants: ['net/look'] })
    const agent = await newAgent()
    expect((await agent.tools()).filter((name) => name.startsWith('net__'))).toEqual(['net__look'])
    const said = saidBy(await agent.call('net__block', { target: '192.0.2.1' }))
    expect(said).toMatchObject({ status: 'refused', code: 'tool_not_granted' })
    const call = await plane.gateway.parts.store.calls.byId(TENANT, said?.call_id ?? '')
    expect(call).toMatchObject({ state: 'denied' })
    expect(tools.calls()).toEqual([])
    await taskToken(plane)
    await agent.close()
  }, 60_000)
})

async function republish(plane: NetPlane['plane'], id: string, action: string): Promise<void> {
  const deps = plane.gateway.parts.restParts
  const active = await deps.bundles.active(TENANT)
  const documents = documentsOf(active?.text ?? '')
  const text = `@id("${id}") @owner("test") @requires("approve") @role("owner") @reason("A test rule.") @control("owasp-asi:ASI02")
forbid (principal, action in ${action}, resource) unless { context.discharged.contains("${id}") };`
  const policies = { ...(documents.policies as JsonObject), [id]: text }
  await publishPolicy(deps, {
    tenant: TENANT,
    by: { kind: 'system', part: 'test' },
    documents: { ...documents, policies },
  })
}

async function outcomesOf(
  store: NetPlane['plane']['gateway']['parts']['store'],
  caseId: string,
): Promise<unknown[]> {
  const calls = await store.calls.listOfCase(TENANT, caseId)
  return calls.map((call) => call.outcome)
}

describe('calls that race each other', () => {
  it('keeps the result of the one that ran; the others are refused as calls of their own', async () => {
    const { newAgent, address, plane, ran } = await start()
    const agent = await newAgent()
    const target = address()
    const id = await held(agent, target)
    await decide(plane, plane.dana, 'approve', id)
    const cited = { 'countersign/approval': id }
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => agent.call('net__block', { target }, cited)),
    )
    expect(ran(target)).toBe(1)
    const refused = answers.map(saidBy).filter((said) => said !== undefined)
    expect(refused.map((said) => said.code)).toEqual(['grant_used', 'grant_used', 'grant_used'])
    expect(refused.every((said) => said.call_id !== '')).toBe(true)
    const replayed = await agent.call('countersign_await', { approval_id: id, wait_seconds: 0 })
    expect(replayed.content[0]?.text).toBe('block done')
    await agent.close()
  }, 60_000)

  it('runs once, and asks nobody any more, when the rules allow a waiting call after all', async () => {
    const { newAgent, address, plane, ran } = await start()
    const agent = await newAgent()
    await republish(plane, 'extra-note', 'Action::"annotate-and-above"')
    const target = address()
    const waiting = saidBy(await agent.call('net__note', { target }))
    expect(waiting).toMatchObject({ status: 'pending_approval' })
    await withdrawPolicy(plane, 'extra-note')
    expect(saidBy(await agent.call('net__note', { target }))).toBeUndefined()
    const clicked = await decide(plane, plane.dana, 'approve', waiting?.approval_id ?? '')
    expect(clicked.body).toMatchObject({ code: 'approval_closed' })
    expect(ran(target)).toBe(1)
    await agent.close()
  }, 60_000)
})

async function withdrawPolicy(plane: NetPlane['plane'], id: string): Promise<void> {
  const deps = plane.gateway.parts.restParts
  const active = await deps.bundles.active(TENANT)
  const documents = documentsOf(active?.text ?? '')
  const { [id]: _gone, ...policies } = documents.policies as JsonObject
  await publishPolicy(deps, {
    tenant: TENANT,
    by: { kind: 'system', part: 'test' },
    documents: { ...documents, policies },
  })
}

async function onlyTask(plane: NetPlane['plane']): Promise<string | undefined> {
  const [task] = await plane.gateway.parts.store.tasks.list(TENANT)
  return task?.id
}
