import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentClient, connectAgent, saidBy } from '../harness/agent-client.ts'
import { type Database, postgresDatabase } from '../harness/databases.ts'
import { decide } from '../harness/people.ts'
import { addAsset, type Plane, startPlane, taskToken } from '../harness/plane.ts'
import { POSTGRES_URL } from '../harness/stores.ts'

describe('one governed call on SQLite', () => governed(undefined))
describe.skipIf(POSTGRES_URL === undefined)(
  'one governed call on PostgreSQL (COUNTERSIGN_TEST_POSTGRES_URL)',
  () => governed(POSTGRES_URL),
)

function governed(serverUrl: string | undefined): void {
  let database: Database | undefined
  let plane: Plane
  let agent: AgentClient

  beforeAll(async () => {
    database = serverUrl === undefined ? undefined : await postgresDatabase(serverUrl)
    plane = await startPlane(
      database === undefined ? {} : { config: { databaseUrl: database.url } },
    )
    await addAsset(plane.gateway, 'account', 'contractor-07')
    await addAsset(plane.gateway, 'account', 'break-glass-01', {
      isNeverTouch: true,
      criticality: 5,
    })
    agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane))
  }, 60_000)
  afterAll(async () => {
    await agent?.close()
    await plane?.close()
    await database?.drop()
  })

  it('runs a read at machine speed and gives evidence for it', async () => {
    const result = await agent.call('directory__account_status', { account: 'contractor-07' })
    expect(saidBy(result)).toBeUndefined()
    expect(result.structuredContent).toMatchObject({ account: 'contractor-07', enabled: true })
    expect(result._meta?.['countersign/evidence']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('holds what changes access until a person on call approves exactly it, then runs it once', async () => {
    const args = { account: 'contractor-07', reason: 'INC-482' }
    const held = saidBy(await agent.call('directory__disable_account', args))
    expect(held).toMatchObject({ status: 'pending_approval' })
    const again = saidBy(await agent.call('directory__disable_account', args))
    expect(again?.approval_id).toBe(held?.approval_id)
    const decided = await decide(plane, plane.dana, 'approve', held?.approval_id ?? '')
    expect(decided.body).toMatchObject({ outcome: 'released' })
    const ran = await agent.call('directory__disable_account', args)
    expect(saidBy(ran)).toBeUndefined()
    expect(ran.structuredContent).toMatchObject({ enabled: false })
    const third = saidBy(await agent.call('directory__disable_account', args))
    expect(third).toMatchObject({ status: 'pending_approval' })
    expect(third?.approval_id).not.toBe(held?.approval_id)
  })

  it('refuses a target on the never-touch list at once', async () => {
    const said = saidBy(
      await agent.call('directory__disable_account', { account: 'break-glass-01', reason: 'x' }),
    )
    expect(said).toMatchObject({ status: 'refused', code: 'target_never_touch' })
  })
}
