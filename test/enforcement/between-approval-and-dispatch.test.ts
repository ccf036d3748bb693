import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { changeAgentState } from '../../src/command/change-agent.ts'
import { putCase } from '../../src/command/put-case.ts'
import { changePerson } from '../../src/command/register-person.ts'
import { TENANT } from '../../src/wiring.ts'
import { type AgentClient, connectAgent, saidBy } from '../harness/agent-client.ts'
import { type AnyTools, anyTools, ENTRIES, reviewAll } from '../harness/any-tools.ts'
import { decide, rest } from '../harness/people.ts'
import { addAgent, type Plane, startPlane, taskToken } from '../harness/plane.ts'

const BY = { kind: 'system', part: 'test' } as const
let plane: Plane
let tools: AnyTools
let agent: AgentClient
let agentId: string
let counter = 0
const agentsByName = new Map<string, Awaited<ReturnType<typeof addAgent>>>()

/** A held block of an address nobody used before, approved by Dana and not yet run. */
async function approvedBlock() {
  const args = { target: `198.51.100.${++counter}` }
  const held = saidBy(await agent.call('net__block', args))
  const approvalId = held?.approval_id ?? ''
  const decided = await decide(plane, plane.dana, 'approve', approvalId)
  expect(decided.body).toMatchObject({ outcome: 'released' })
  return { args, approvalId }
}

/** What an export of the case would show. */
async function caseTells(): Promise<string> {
  const { ledger } = plane.gateway.parts.store
  const entries = await ledger.entriesOfCase(TENANT, plane.caseId)
  return entries.map(({ bytes }) => new TextDecoder().decode(bytes)).join('\n')
}

const blocksOf = (target: string) =>
  tools.calls().filter((call) => call.arguments.target === target).length

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tools-'))
  tools = anyTools('net', folder, [
    { name: 'block', entry: ENTRIES.block },
    { name: 'unblock', entry: ENTRIES.unblock },
    { name: 'look', entry: ENTRIES.read },
  ])
  plane = await startPlane({ upstreams: [tools.config] })
  await reviewAll(plane, tools)
}, 60_000)
afterAll(() => plane?.close())
beforeEach(async () => {
  const fresh = await addAgent(plane.gateway, `agent-${++counter}`, plane.alex)
  agentId = fresh.id
  agentsByName.set(fresh.id, fresh)
  agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane, 'respond', {}, fresh))
  return () => agent.close()
})

describe('between a yes and the act', () => {
  it('runs the approved call once when nothing changed, and the same yes never again [R9]', async () => {
    const { args, approvalId } = await approvedBlock()
    expect(saidBy(await agent.call('net__block', args))).toBeUndefined()
    expect(blocksOf(args.target)).toBe(1)
    const cited = await agent.call('net__block', args, { 'countersign/approval': approvalId })
    expect(saidBy(cited)).toMatchObject({ status: 'refused', code: 'grant_used' })
    expect(blocksOf(args.target)).toBe(1)
  })

  it('refuses another argument, tool or target under the approval and says so [R9]', async () => {
    const { approvalId } = await approvedBlock()
    const meta = { 'countersign/approval': approvalId }
    const other = { target: `203.0.113.${++counter}` }
    expect(saidBy(await agent.call('net__block', other, meta))).toMatchObject({
      code: 'digest_mismatch',
    })
    expect(saidBy(await agent.call('net__unblock', other, meta))).toMatchObject({
      code: 'digest_mismatch',
    })
    expect(blocksOf(other.target)).toBe(0)
  })

  it('refuses after a stop, and the approval does not come back when the stop is lifted', async () => {
    const { args } = await approvedBlock()
    const stop = await rest(plane, plane.alex, 'POST', '/api/v1/stops', {
      scope: 'writes',
      reason: 'unsure',
    })
    expect(saidBy(await agent.call('net__block', args))).toMatchObject({
      status: 'refused',
      code: 'stopped',
    })
    expect(await caseTells()).toContain('"grant.voided"')
    const reads = await agent.call('net__look', {})
    expect(saidBy(reads)).toBeUndefined()
    const id = (stop.body as unknown as { stop: { id: string } }).stop.id
    await rest(plane, plane.dana, 'DELETE', `/api/v1/stops/${id}`, { reason: 'sure again' })
    expect(saidBy(await agent.call('net__block', args))).toMatchObject({
      status: 'pending_approval',
    })
    expect(blocksOf(args.target)).toBe(0)
  })

  it('refuses once the case is closed', async () => {
    const { args } = await approvedBlock()
    const report = {
      tenant: TENANT,
      by: BY,
      externalRef: 'INC-482',
      title: 'SSH brute force',
      severity: 2,
      tags: [],
      source: 'test',
    }
    await putCase(plane.gateway.parts.restParts, { ...report, state: 'closed' })
    const said = saidBy(await agent.call('net__block', args))
    await putCase(plane.gateway.parts.restParts, { ...report, state: 'open' })
    expect(said).toMatchObject({ status: 'refused', code: 'case_closed' })
    expect(blocksOf(args.target)).toBe(0)
  })

  it('refuses once the agent is suspended', async () => {
    const { args } = await approvedBlock()
    await changeAgentState(plane.gateway.parts.restParts, {
      tenant: TENANT,
      by: BY,
      agentId,
      state: 'suspended',
    })
    await expect(agent.call('net__block', args)).rejects.toThrow()
    expect(blocksOf(args.target)).toBe(0)
  })

  it('refuses when a person who approved is suspended meanwhile [R22]', async () => {
    const { args, approvalId } = await approvedBlock()
    const deps = plane.gateway.parts.restParts
    await changePerson(deps, {
      tenant: TENANT,
      by: BY,
      personId: plane.dana.id,
      state: 'suspended',
    })
    const named = { 'countersign/approval': approvalId }
    const said = saidBy(await agent.call('net__block', args, named))
    expect(saidBy(await agent.call('net__block', args))?.status).toBe('pending_approval')
    await changePerson(deps, { tenant: TENANT, by: BY, personId: plane.dana.id, state: 'active' })
    expect(said).toMatchObject({ status: 'refused', code: 'approval_void' })
    expect(blocksOf(args.target)).toBe(0)
  })

  it('refuses when the yes has grown old [R22]', async () => {
    const { args, approvalId } = await approvedBlock()
    plane.clock.advance(11 * 60_000)
    const fresh = await connectAgent(plane.gateway.baseUrl, await renewed(), 'modern')
    const said = saidBy(
      await fresh.call('net__block', args, { 'countersign/approval': approvalId }),
    )
    await fresh.close()
    expect(said).toMatchObject({ status: 'refused', code: 'approval_expired' })
    expect(blocksOf(args.target)).toBe(0)
  })
})

async function renewed(): Promise<string> {
  const { store } = plane.gateway.parts
  const task = (await store.tasks.list(TENANT)).find((each) => each.agent === agentId)
  const agents = agentsByName.get(agentId)
  if (task === undefined || agents === undefined) throw new Error('no task to renew')
  return taskToken(plane, 'respond', { task: task.id }, agents)
}
