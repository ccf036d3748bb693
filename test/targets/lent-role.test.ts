import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { resolve } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compiledCode } from '../../range/settings.ts'
import { createPostgresBroker } from '../../src/adapters/broker-postgres.ts'
import { Failure } from '../../src/kernel/failure.ts'
import { fieldsOf, type SecretMaterial } from '../../src/lease/material.ts'
import type { CredentialBroker } from '../../src/lease/ports.ts'
import { startGateway } from '../../src/main.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { type Database, postgresDatabase } from '../harness/databases.ts'
import { expectSoundLedger, taskToken } from '../harness/plane.ts'
import { quiet } from '../harness/quiet.ts'
import { POSTGRES_URL } from '../harness/stores.ts'
import { takeBack } from '../lending/world.ts'
import { readRecord } from '../promises-e2e/record.ts'
import { type RealPlane, startReal } from './real-plane.ts'

const mark = randomBytes(4).toString('hex')
const READER = `soc_read_${mark}`
const LENDER = `soc_lend_${mark}`
const PASSWORD = 'canary-password-of-the-lender'

const SEARCH = {
  search: { effect: 'read', verb: 'query', target: { kind: 'device', from: 'args.host' } },
}

type Stolen = { readonly material: SecretMaterial; readonly session: pg.Client }

/** How the broker or the gateway misbehaves in one test. */
type Trouble = { lateMs: number; dieAt?: string }

/** Somebody who steals what was lent on its way to the tool, and is in at the database before the tool is. */
function robbed(inner: CredentialBroker, stolen: Stolen[], trouble: Trouble): CredentialBroker {
  return {
    ...inner,
    issue: async (request, signal) => {
      const { lateMs } = trouble
      const issued = await inner.issue({ ...request, nowMs: request.nowMs - lateMs }, signal)
      if (lateMs > 0) return { ...issued, expiresAtMs: issued.expiresAtMs + lateMs }
      const session = await logInWith(issued.material)
      await session.query('select line from auth_log')
      stolen.push({ material: issued.material, session })
      return issued
    },
  }
}

async function logInWith(material: SecretMaterial): Promise<pg.Client> {
  const { host, port, database, username, password } = fieldsOf(material)
  const as = { host, port: Number(port), database, user: username, password } as pg.ClientConfig
  const client = new pg.Client(as)
  client.on('error', () => undefined)
  await client.connect()
  return client
}

describe.skipIf(POSTGRES_URL === undefined)(
  'a log store that is read under a borrowed role (COUNTERSIGN_TEST_POSTGRES_URL)',
  () => {
    let database: Database
    let real: RealPlane
    const stolen: Stolen[] = []
    const trouble: Trouble = { lateMs: 0 }
    const die = async () => {
      throw new Failure('ledger_unwritable', 'the gateway is dead')
    }
    let brokers: readonly CredentialBroker[]

    beforeAll(async () => {
      database = await postgresDatabase(POSTGRES_URL ?? '')
      const { run } = database
      await run('create table auth_log (host text, line text)')
      await run("insert into auth_log values ('web-14', 'Failed password for root')")
      await run(`create role ${READER}; grant select on auth_log to ${READER}`)
      await run(`create role ${LENDER} login createrole password '${PASSWORD}'`)
      const { hostname, port, pathname } = new URL(database.url)
      const broker = createPostgresBroker({
        ...{ id: `logs-${mark}`, kind: 'postgres', host: hostname, port: Number(port) },
        ...{ database: pathname.slice(1), user: LENDER, password: () => PASSWORD },
        ...{ security: 'none', maxTtlMs: 300_000 },
        terms: [{ tools: ['log__search'], roles: [READER] }],
      })
      brokers = [robbed(broker, stolen, trouble)]
      const variables = {
        ...{ PGHOST: 'host', PGPORT: 'port', PGDATABASE: 'database' },
        ...{ PGUSER: 'username', PGPASSWORD: 'password' },
      }
      real = await startReal(
        {
          id: 'log',
          transport: 'stdio',
          command: process.execPath,
          args: [resolve(import.meta.dirname, '../../range/targets/postgres-mcp.ts')],
          env: compiledCode(),
          trustsShippedEntries: false,
        },
        SEARCH,
        [['device', 'web-14']],
        {
          brokers,
          at: (label) => {
            if (label === trouble.dieAt)
              Object.assign(real.plane.gateway.parts.spine, { commit: die })
          },
          config: {
            lending: [
              {
                ...{ upstream: 'log', tools: ['*'], broker: broker.id, audience: 'log' },
                ...{ placement: { kind: 'environment', variables }, maxTtlMs: 60_000 },
              },
            ],
          },
        },
      )
    }, 90_000)
    afterAll(async () => {
      // Not by the plane's own way: it knows the first gateway only.
      const { gateway, dataDir } = real.plane
      await expectSoundLedger(gateway).finally(() => gateway.close())
      rmSync(dataDir, { recursive: true, force: true })
      await database.run(`drop owned by ${READER}, ${LENDER}`)
      await database.run(`drop role ${READER}, ${LENDER}`)
      await database.drop()
    })

    const search = async () => {
      const { gateway } = real.plane
      const agent = await connectAgent(gateway.baseUrl, await taskToken(real.plane))
      const result = await agent.call('log__search', { host: 'web-14', text: 'root' })
      await agent.close()
      return result
    }

    const rolesLeft = () =>
      database.run(
        `select rolname, rolvaliduntil from pg_roles where starts_with(rolname, 'cs_logs-${mark}_')`,
      )

    /** The gateway's own timer may be at it already. */
    const untilTakenBack = async () => {
      await takeBack(real)
      await expect.poll(rolesLeft, { timeout: 10_000 }).toEqual([])
    }

    it('answers a query, and what was lent for it is dead afterwards, session and all [R17]', async () => {
      const result = await search()
      expect(saidBy(result)).toBeUndefined()
      expect(result.structuredContent).toEqual({ lines: ['Failed password for root'] })
      await untilTakenBack()
      const [robbery, ...others] = stolen
      if (robbery === undefined || others.length > 0) throw new Error('one lease for one call')
      await expect(robbery.session.query('select line from auth_log')).rejects.toThrow()
      await expect(logInWith(robbery.material)).rejects.toThrow(
        expect.objectContaining({ code: '28P01' }),
      )
    }, 60_000)

    it('lends each call a role of its own, and nothing of it gets into the record [R26]', async () => {
      await search()
      await search()
      await takeBack(real)
      const lent = stolen.map(({ material }) => fieldsOf(material))
      expect(new Set(lent.map(({ username }) => username)).size).toBe(lent.length)
      const record = JSON.stringify(await readRecord(real.plane, 'INC-482'))
      expect(record).toContain('lease.issued')
      for (const { password = '' } of lent) expect(record).not.toContain(password)
      expect(record).not.toContain(PASSWORD)
    }, 60_000)

    it('is turned away by the database once its time is over, whatever the gateway believes [R16]', async () => {
      trouble.lateMs = 120_000
      const result = await search()
      expect(JSON.stringify(result.content)).toContain('28P01')
      trouble.lateMs = 0
      await untilTakenBack()
    }, 60_000)

    it('lives no longer at the database than the rule says, and is dropped by the next start when the gateway dies with it in its hand [R16 R17]', async () => {
      trouble.dieAt = 'lease:issued'
      const askedMs = Date.now()
      expect(saidBy(await search())).toMatchObject({ code: 'ledger_unwritable' })
      delete trouble.dieAt
      const [role, ...others] = await rolesLeft()
      expect(others).toEqual([])
      const untilMs = Date.parse(String(role?.rolvaliduntil))
      expect(untilMs - askedMs).toBeGreaterThan(0)
      expect(untilMs - askedMs).toBeLessThanOrEqual(60_000 + Date.now() - askedMs)
      const { plane } = real
      await plane.gateway.close()
      const gateway = await startGateway(plane.gateway.config, {
        clock: plane.clock,
        log: quiet,
        brokers,
      })
      await gateway.listed
      Object.assign(plane, { gateway })
      await untilTakenBack()
    }, 60_000)
  },
)
