import { randomBytes } from 'node:crypto'
import { resolve } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPostgresBroker } from '../../src/adapters/broker-postgres.ts'
import { fieldsOf, type SecretMaterial } from '../../src/lease/material.ts'
import type { CredentialBroker } from '../../src/lease/ports.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { type Database, postgresDatabase } from '../harness/databases.ts'
import { taskToken } from '../harness/plane.ts'
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

/** Somebody who steals what was lent on its way to the tool, and is in at the database before the tool is. */
function robbed(inner: CredentialBroker, stolen: Stolen[]): CredentialBroker {
  return {
    ...inner,
    issue: async (request, signal) => {
      const issued = await inner.issue(request, signal)
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

    beforeAll(async () => {
      database = await postgresDatabase(POSTGRES_URL ?? '')
      const { run } = database
      await run('create table auth_log (host text, line text)')
      await run("insert into auth_log values ('web-14', 'Failed password for root')")
      await run(`create role ${READER}; grant select on auth_log to ${READER}`)
      await run(`create role ${LENDER} login createrole password '${PASSWORD}'`)
      const { hostname, port, pathname } = new URL(database.url)
      const broker = createPostgresBroker(
        {
          ...{ id: `logs-${mark}`, kind: 'postgres', host: hostname, port: Number(port) },
          ...{ database: pathname.slice(1), user: LENDER, password: () => PASSWORD },
          ...{ security: 'none', maxTtlMs: 300_000 },
          terms: [{ tools: ['log__search'], roles: [READER] }],
        },
        { clock: { nowMs: Date.now } },
      )
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
          env: {},
          trustsShippedEntries: false,
        },
        SEARCH,
        [['device', 'web-14']],
        {
          brokers: [robbed(broker, stolen)],
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
      await real?.plane.close()
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

    it('answers a query, and what was lent for it is dead afterwards, session and all [R17]', async () => {
      const result = await search()
      expect(saidBy(result)).toBeUndefined()
      expect(result.structuredContent).toEqual({ lines: ['Failed password for root'] })
      await takeBack(real)
      const [robbery, ...others] = stolen
      if (robbery === undefined || others.length > 0) throw new Error('one lease for one call')
      await expect(robbery.session.query('select line from auth_log')).rejects.toThrow()
      await expect(logInWith(robbery.material)).rejects.toThrow(
        expect.objectContaining({ code: '28P01' }),
      )
      const left = `select from pg_roles where starts_with(rolname, 'cs_logs-${mark}_')`
      expect(await database.run(left)).toEqual([])
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
  },
)
