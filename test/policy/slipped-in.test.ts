/** Somebody who can write the database, but not the log, gives a running installation a policy of their own. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canonicalText } from '../../src/kernel/canonical-json.ts'
import { digestOfText } from '../../src/kernel/digest.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { type Gateway, startGateway } from '../../src/main.ts'
import { saidBy } from '../harness/agent-client.ts'
import { type Database, postgresDatabase, sqliteDatabase } from '../harness/databases.ts'
import { entriesOf } from '../harness/fence.ts'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { approveAsOwner, rest } from '../harness/people.ts'
import { expectSoundLedger } from '../harness/plane.ts'
import { quiet } from '../harness/quiet.ts'
import { POSTGRES_URL } from '../harness/stores.ts'

describe('a policy slipped into the database', () => {
  describe('on SQLite', () => slippedIn(undefined))
  describe.skipIf(POSTGRES_URL === undefined)('on PostgreSQL (COUNTERSIGN_TEST_POSTGRES_URL)', () =>
    slippedIn(POSTGRES_URL),
  )
})

function slippedIn(serverUrl: string | undefined): void {
  let database: Database
  let net: NetPlane
  let gateway: Gateway | undefined
  let honest: string
  let slipped: string

  beforeAll(async () => {
    const shared = serverUrl === undefined ? undefined : await postgresDatabase(serverUrl)
    net = await startNetPlane(shared === undefined ? {} : { config: { databaseUrl: shared.url } })
    database = shared ?? sqliteDatabase(net.plane.dataDir)
    const [row] = await database.run('select text from policy_bundle order by sequence desc')
    honest = String(row?.text)
    const { policies, ...rest } = JSON.parse(honest)
    // Nothing asks a person any more; floor and digest are in order.
    const asking = /base-(contain|identity|credential|write)/
    const kept = Object.entries(policies).filter(([id]) => !asking.test(id))
    gateway = net.plane.gateway
    slipped = canonicalText({ ...rest, policies: Object.fromEntries(kept) })
    await put(slipped)
  }, 90_000)
  afterAll(async () => {
    await gateway?.close()
    await database?.drop()
  })

  const put = async (text: string) => {
    const digest = digestOfText('countersign-bundle-v1', text)
    const quoted = text.replaceAll("'", "''")
    await database.run(
      `update policy_bundle set text = '${quoted}', digest = '${digest}'
       where sequence = (select max(sequence) from policy_bundle)`,
    )
    await database.run(`update fact_revision set revision = revision + 1 where key = 'policy'`)
  }

  it('decides no call, and whoever calls is told why [R57]', async () => {
    const agent = await net.newAgent()
    const target = net.address()
    const said = saidBy(await agent.call('net__block', { target }, { 'countersign/hold_ms': 0 }))
    expect(said).toMatchObject({ status: 'refused', code: 'policy_unrecorded' })
    expect(net.ran(target)).toBe(0)
    const last = (await entriesOf(net.plane, 'tool.call.decided')).at(-1)
    expect(last?.data).toMatchObject({ decision: 'deny', reason: 'policy_unrecorded' })
    await agent.close()
  })

  // One process alone on its database reads a revision once, so it goes on by what it has loaded.
  if (serverUrl !== undefined) {
    it('uses up no approval: the call runs on its yes once the published policy is back', async () => {
      const { plane } = net
      await put(honest)
      const agent = await net.newAgent()
      const target = net.address()
      await approveAsOwner(plane, plane.dana, await held(agent, target))
      await put(slipped)
      const refused = saidBy(await agent.call('net__block', { target }))
      expect(refused).toMatchObject({ code: 'policy_unrecorded' })
      await put(honest)
      expect(saidBy(await agent.call('net__block', { target }))).toBeUndefined()
      expect(net.ran(target)).toBe(1)
      await agent.close()
      await put(slipped)
    })
  }

  it('is not built upon: nothing is published after it, and nobody is shown it as active', async () => {
    const { plane } = net
    const shown = await rest(plane, plane.petra, 'GET', '/api/v1/policies/active')
    expect([shown.status, shown.body.code]).toEqual([503, 'policy_unrecorded'])
    const { policies, thresholds, owners, limits, monitored } = JSON.parse(honest)
    const documents = { policies, thresholds, owners, limits, monitored }
    const published = await rest(plane, plane.petra, 'POST', '/api/v1/policies', { documents })
    expect([published.status, published.body.code]).toEqual([503, 'policy_unrecorded'])
  })

  it('keeps a gateway from starting; the one that was published starts it again', async () => {
    const { plane } = net
    const { config } = plane.gateway
    await gateway?.close()
    gateway = undefined
    const options = { log: quiet, clock: plane.clock }
    await expect(startGateway(config, options)).rejects.toMatchObject({ code: 'policy_unrecorded' })
    await put(honest)
    gateway = await startGateway(config, options)
    await gateway.listed
    const shown = await rest({ ...plane, gateway }, plane.petra, 'GET', '/api/v1/policies/active')
    const { policies } = shown.body.bundle as never as JsonObject
    expect([shown.status, policies]).toEqual([200, JSON.parse(honest).policies])
    await expectSoundLedger(gateway)
  })

  it('is found by the check of the ledger when it was published once and later ones are taken away', async () => {
    const { plane } = net
    const reach = { ...plane, gateway: gateway ?? plane.gateway }
    await database.run(
      'delete from policy_bundle where sequence = (select max(sequence) from policy_bundle)',
    )
    const { body } = await rest(reach, plane.petra, 'GET', '/api/v1/ledger/check')
    expect(body).toMatchObject({
      ok: false,
      findings: [{ code: 'policy_bundle_gone', index: expect.any(Number) }],
    })
  })
}
