import { cpSync, mkdirSync, mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Gateway, startGateway } from '../../src/main.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { type Database, postgresDatabase } from '../harness/databases.ts'
import { type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { decide, rest } from '../harness/people.ts'
import { taskToken } from '../harness/plane.ts'
import { quiet } from '../harness/quiet.ts'
import { POSTGRES_URL } from '../harness/stores.ts'

/** Longer than the test: the call does not come back by itself. */
const FOR_EVER_MS = 600_000

describe.skipIf(POSTGRES_URL === undefined)(
  'two gateway nodes on one PostgreSQL (COUNTERSIGN_TEST_POSTGRES_URL)',
  () => {
    let database: Database
    let net: NetPlane
    let second: Gateway

    beforeAll(async () => {
      database = await postgresDatabase(POSTGRES_URL ?? '')
      net = await startNetPlane({ config: { databaseUrl: database.url, holdMs: 20_000 } })
      second = await startSecond(net)
    }, 90_000)
    afterAll(async () => {
      await second?.close()
      await net?.plane.close()
      await database?.drop()
    })

    it('answers a call held on one node when the yes is given on the other', async () => {
      const { agent, client } = await agentOn(second.port)
      const target = net.address()
      const answer = client.call('net__block', { target })
      const id = await pendingOf(agent.id)
      await decide(net.plane, net.plane.dana, 'approve', id)
      expect(saidBy(await answer)).toBeUndefined()
      expect(net.ran(target)).toBe(1)
      await client.close()
    }, 60_000)

    it('obeys on every node, from the very next call, a stop pressed on one', async () => {
      const { client } = await agentOn(second.port)
      const target = net.address()
      const pressed = await rest(net.plane, net.plane.alex, 'POST', '/api/v1/stops', {
        scope: 'writes',
        reason: 'unsure',
      })
      expect(saidBy(await client.call('net__block', { target }))).toMatchObject({ code: 'stopped' })
      const { id } = (pressed.body as unknown as { stop: { id: string } }).stop
      await rest(net.plane, net.plane.dana, 'DELETE', `/api/v1/stops/${id}`, { reason: 'sure' })
      await client.close()
    }, 60_000)

    it('cuts off within two seconds, on every node, what a stop pressed on one forbids [R146 R18]', async () => {
      const { agent, client } = await agentOn(second.port)
      const target = net.address()
      const running = client.call('net__note', { text: 'slow', target, wait_ms: FOR_EVER_MS })
      await net.tools.reached('note', target)
      const waiting = client.call('net__block', { target })
      await pendingOf(agent.id)
      const pressedMs = performance.now()
      const pressed = await rest(net.plane, net.plane.alex, 'POST', '/api/v1/stops', {
        scope: 'agent',
        subject: agent.id,
      })
      expect(saidBy(await running)).toMatchObject({ code: 'call_halted' })
      expect(saidBy(await waiting)).toMatchObject({ code: 'approval_stopped' })
      expect(performance.now() - pressedMs).toBeLessThan(2_000)
      const { id } = (pressed.body as unknown as { stop: { id: string } }).stop
      await rest(net.plane, net.plane.dana, 'DELETE', `/api/v1/stops/${id}`, { reason: 'sure' })
      await client.close()
    }, 60_000)

    it('does not give up on a call that another node still has under way', async () => {
      const { client } = await agentOn(net.plane.gateway.port)
      const slow = client.call('net__note', { text: 'slow', wait_ms: 3_000 })
      await inFlight()
      await second.close()
      second = await startSecond(net)
      expect(saidBy(await slow)).toBeUndefined()
      await client.close()
    }, 90_000)

    async function agentOn(port: number) {
      const { agent, close } = await net.newAgent()
      await close()
      const { store } = net.plane.gateway.parts
      const task = (await store.tasks.list('main')).find((each) => each.agent === agent.id)
      const token = await taskToken(net.plane, 'respond', { task: task?.id }, agent)
      return { agent, client: await connectAgent(`http://localhost:${port}`, token) }
    }

    async function pendingOf(agent: string): Promise<string> {
      return becomes(async () => {
        const { approvals } = net.plane.gateway.parts.store
        return (await approvals.list('main', 'pending')).find((each) => each.agent === agent)?.id
      })
    }

    const inFlight = () =>
      becomes(async () => (await net.plane.gateway.parts.store.calls.inFlight('main'))[0]?.id)

    /** Looks again after every commit until there is something. */
    function becomes(look: () => Promise<string | undefined>): Promise<string> {
      return new Promise((done) => {
        const again = async () => {
          const found = await look()
          if (found === undefined) return
          unsubscribe()
          done(found)
        }
        const unsubscribe = net.plane.gateway.parts.store.changes.subscribe(() => void again())
        void again()
      })
    }
  },
)

/** Another node of the same installation: its own directory and witness, the same keys and database. */
async function startSecond({ plane }: NetPlane): Promise<Gateway> {
  const dataDir = mkdtempSync(join(tmpdir(), 'countersign-node-'))
  mkdirSync(join(dataDir, 'keys'), { mode: 0o700 })
  cpSync(join(plane.dataDir, 'keys'), join(dataDir, 'keys'), { recursive: true })
  const gateway = await startGateway(
    { ...plane.gateway.config, dataDir, port: 0 },
    { log: quiet, clock: plane.clock },
  )
  await gateway.listed
  return gateway
}
