import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startGateway } from '../../src/main.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { rest } from '../harness/people.ts'
import { expectSoundLedger, taskToken } from '../harness/plane.ts'
import { quiet } from '../harness/quiet.ts'
import { approveAll, type PlanAgent, startPlanWorld } from './world.ts'

const STEPS = {
  steps: [
    { tool: 'soar__isolate', arguments: { target: 'ws-1' } },
    { tool: 'soar__block', arguments: { target: '203.0.113.7' } },
  ],
}

it('a restart with 20 running plans loses none and approves none', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-restart-'))
  const world = await startPlanWorld({ dataDir })
  const { plane } = world
  const running: { agent: PlanAgent; plan: string; task: string }[] = []
  for (let count = 0; count < 20; count++) {
    const agent = await world.newAgent()
    const { plan } = await agent.approved(STEPS)
    expect(await agent.call('isolate', { target: 'ws-1' })).toBeUndefined()
    const { body } = await rest(plane, plane.alex, 'GET', `/api/v1/plans/${plan}`)
    running.push({ agent, plan, task: String(body.task) })
    await agent.client.close()
  }
  const proposer = await world.newAgent()
  const pending = await proposer.propose(STEPS)
  await proposer.client.close()
  const isolated = world.ran('isolate', 'ws-1')
  await plane.gateway.close()

  const gateway = await startGateway(plane.gateway.config, { log: quiet, clock: plane.clock })
  try {
    await gateway.listed
    const reach = { ...plane, gateway }
    const { body } = await rest(reach, plane.alex, 'GET', '/api/v1/plans?status=running')
    expect((body.plans as unknown as { id: string }[]).map(({ id }) => id).sort()).toEqual(
      running.map(({ plan }) => plan).sort(),
    )
    const asked = await rest(reach, plane.alex, 'GET', `/api/v1/plans/${pending.plan}`)
    expect(asked.body).toMatchObject({ status: 'proposed' })
    for (const { agent, task } of running) {
      const token = await taskToken(reach, 'respond', { task }, agent.agent)
      const client = await connectAgent(gateway.baseUrl, token)
      expect(saidBy(await client.call('soar__block', { target: '203.0.113.7' }))).toBeUndefined()
      const again = saidBy(await client.call('soar__isolate', { target: 'ws-1' }))
      expect(again).toMatchObject({ status: 'pending_approval' })
      await client.close()
    }
    expect(world.ran('block', '203.0.113.7')).toBe(20)
    expect(world.ran('isolate', 'ws-1')).toBe(isolated)
    await approveAll(reach, world.leads, pending.approval_id)
    await expectSoundLedger(gateway)
  } finally {
    await gateway.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}, 180_000)
