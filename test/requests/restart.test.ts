/** What a gateway finds again after it was down while people should have been asked. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sweep } from '../../src/command/sweep.ts'
import { DEFAULT_LIMITS } from '../../src/config.ts'
import { startGateway } from '../../src/main.ts'
import { TENANT } from '../../src/wiring.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { postgresDatabase } from '../harness/databases.ts'
import { approveAsOwner, rest } from '../harness/people.ts'
import { expectSoundLedger, taskToken } from '../harness/plane.ts'
import { quiet } from '../harness/quiet.ts'
import { POSTGRES_URL } from '../harness/stores.ts'
import { type PlanWorld, startPlanWorld } from '../plans/world.ts'

const REQUESTS = 100
const PLANS = 20
/** Past half of the quarter of an hour a request lives, and not past its end. */
const DOWN_MS = 8 * 60_000
const STEPS = {
  steps: [
    { tool: 'soar__isolate', arguments: { target: 'ws-1' } },
    { tool: 'soar__block', arguments: { target: '203.0.113.7' } },
  ],
  deadline_seconds: 3_600,
}

const target = (at: number) => `198.51.100.${at}`

/** The ids of requests that wait, with the agent that asks about the targets from 1 on. */
async function questions(world: PlanWorld) {
  const agent = await world.newAgent()
  const ids: string[] = []
  for (let at = 1; at <= REQUESTS; at++) {
    const said = await agent.call('block', { target: target(at) })
    ids.push(said?.approval_id ?? '')
  }
  await agent.client.close()
  return { agent: agent.agent, ids: ids.sort() }
}

/** Plans whose first step was made. */
async function halfway(world: PlanWorld) {
  const plans: string[] = []
  for (let count = 0; count < PLANS; count++) {
    const agent = await world.newAgent()
    const { plan } = await agent.approved(STEPS)
    expect(await agent.call('isolate', { target: 'ws-1' })).toBeUndefined()
    plans.push(plan)
    await agent.client.close()
  }
  return plans.sort()
}

async function survives(databaseUrl: string | undefined): Promise<void> {
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-restart-'))
  const limits = { ...DEFAULT_LIMITS, openRequestsPerAgent: 200, newRequestsPerAgent: 200 }
  const config = { limits, ...(databaseUrl === undefined ? {} : { databaseUrl }) }
  const world = await startPlanWorld({ dataDir, config })
  const { plane } = world
  const plans = await halfway(world)
  const { agent, ids } = await questions(world)
  const before = world.tools.calls().length
  await plane.gateway.close()
  plane.clock.advance(DOWN_MS)

  const gateway = await startGateway(plane.gateway.config, { log: quiet, clock: plane.clock })
  const reach = { ...plane, gateway }
  const list = async (path: string, name: string) =>
    (await rest(reach, plane.alex, 'GET', `/api/v1/${path}`)).body[name] as unknown as {
      id: string
      owner?: string
    }[]
  try {
    await gateway.listed
    await sweep(gateway.parts.spine, TENANT)
    // Nothing is lost, nothing was approved, and whoever is accountable by now was asked.
    const waiting = await list('approvals?state=pending', 'approvals')
    expect(waiting.map(({ id }) => id).sort()).toEqual(ids)
    expect(new Set(waiting.map(({ owner }) => owner))).toEqual(new Set([plane.ines.id]))
    expect((await list('plans?status=running', 'plans')).map(({ id }) => id).sort()).toEqual(plans)
    expect(world.tools.calls()).toHaveLength(before)
    const { size } = await gateway.parts.store.ledger.head(TENANT)
    const entries = (await gateway.parts.store.ledger.entries(TENANT, 0, size)).map(({ bytes }) =>
      JSON.parse(new TextDecoder().decode(bytes)),
    )
    const ofRequests = (type: string, reason?: string) =>
      entries.filter(
        ({ type: each, data }) =>
          each === type &&
          ids.includes(data.request) &&
          (reason === undefined || data.reason === reason),
      ).length
    expect(ofRequests('approval.escalated', 'half_time')).toBe(REQUESTS)
    expect(ofRequests('approval.granted')).toBe(0)
    // Both go on from where they were.
    const [first = ''] = ids
    const { body } = await rest(reach, plane.ines, 'GET', `/api/v1/approvals/${first}`)
    const { value } = body.statement as unknown as { value: { targets: { id: string }[] } }
    const chosen = value.targets[0]?.id
    expect((await approveAsOwner(reach, plane.ines, first)).body.outcome).toBe('released')
    const [record] = (await gateway.parts.store.tasks.list(TENANT)).filter(
      (task) => task.agent === agent.id,
    )
    const token = await taskToken(reach, 'respond', { task: record?.id }, agent)
    const client = await connectAgent(gateway.baseUrl, token)
    expect(saidBy(await client.call('soar__block', { target: chosen }))).toBeUndefined()
    expect(world.ran('block', chosen ?? '')).toBe(1)
    await client.close()
    await expectSoundLedger(gateway)
  } finally {
    await gateway.close()
    rmSync(dataDir, { recursive: true, force: true })
  }
}

describe('a gateway that was down for eight minutes', () => {
  it(
    'finds 100 questions and 20 running plans again, approves none, asks whom it should have [R94]',
    () => survives(undefined),
    240_000,
  )
})

describe.skipIf(POSTGRES_URL === undefined)(
  'the same on PostgreSQL (COUNTERSIGN_TEST_POSTGRES_URL)',
  () => {
    it('loses nothing, approves nothing, and escalates what is due', async () => {
      const database = await postgresDatabase(POSTGRES_URL ?? '')
      try {
        await survives(database.url)
      } finally {
        await database.drop()
      }
    }, 300_000)
  },
)
