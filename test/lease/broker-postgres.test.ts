import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createPostgresBroker } from '../../src/adapters/broker-postgres.ts'
import type { PostgresBrokerSpec } from '../../src/adapters/broker-spec.ts'
import { fieldsOf } from '../../src/lease/material.ts'
import type { CredentialBroker, Issued } from '../../src/lease/ports.ts'
import { type Database, postgresDatabase } from '../harness/databases.ts'
import { POSTGRES_URL } from '../harness/stores.ts'
import { clockAt, heldOf, LEASE, leasesAt, requestFor, SIGNAL } from './lease-request.ts'

const clock = clockAt()
/** Roles belong to the whole server, which other tests use at the same time. */
const mark = randomBytes(4).toString('hex')
const READER = `reader_${mark}`
const WRITER = `writer_${mark}`
const ADMIN = `lender_${mark}`
const POWER = `power_${mark}`
const ADMIN_PASSWORD = 'canary-lender-password'

describe.skipIf(POSTGRES_URL === undefined)(
  'a role for each lease, on PostgreSQL (COUNTERSIGN_TEST_POSTGRES_URL)',
  () => {
    let database: Database
    let broker: CredentialBroker
    let spec: PostgresBrokerSpec

    beforeAll(async () => {
      database = await postgresDatabase(POSTGRES_URL ?? '')
      const { run } = database
      const url = new URL(database.url)
      await run('create table auth_log (line text)')
      await run("insert into auth_log values ('failed password for root')")
      await run(`create role ${READER}; grant select on auth_log to ${READER}`)
      await run(`create role ${WRITER}; grant insert, select on auth_log to ${WRITER}`)
      await run(`grant create on schema public to ${WRITER}`)
      await run(`create role ${POWER} createdb`)
      await run(`create role ${ADMIN} login createrole password '${ADMIN_PASSWORD}'`)
      spec = {
        id: `db-${mark}`,
        kind: 'postgres',
        host: url.hostname,
        port: Number(url.port),
        database: url.pathname.slice(1),
        user: ADMIN,
        password: () => ADMIN_PASSWORD,
        security: 'none',
        maxTtlMs: 600_000,
        terms: [
          { tools: ['log__search'], roles: [READER] },
          { tools: ['log__write*'], roles: [WRITER] },
          { tools: ['log__power'], roles: [POWER] },
          { tools: ['log__gone'], roles: [`gone_${mark}`] },
        ],
      }
      broker = createPostgresBroker(spec)
    })

    afterAll(async () => {
      for await (const { lease } of broker.reconcile?.(SIGNAL) ?? []) {
        await broker.revoke(heldOf(requestFor(clock, { lease })), 'over', SIGNAL)
      }
      await database.run(`drop owned by ${READER}, ${WRITER}, ${ADMIN}, ${POWER}`)
      await database.run(`drop role ${READER}, ${WRITER}, ${ADMIN}, ${POWER}`)
      await database.drop()
    })

    const login = async (issued: Issued): Promise<pg.Client> => {
      const { host, port, database: name, username, password } = fieldsOf(issued.material)
      const client = new pg.Client({
        ...(host === undefined ? {} : { host }),
        port: Number(port),
        ...(name === undefined ? {} : { database: name }),
        ...(username === undefined ? {} : { user: username }),
        ...(password === undefined ? {} : { password }),
      })
      client.on('error', () => undefined)
      await client.connect()
      return client
    }
    const rolesOfLease = (lease: string) =>
      database.run(`select rolname from pg_roles where rolname = 'cs_${spec.id}_${lease}'`)

    it('can do what the tool needs and nothing else, and the record names what it is for', async () => {
      const request = requestFor(clock, { lease: 'can-read' })
      const issued = await broker.issue(request, SIGNAL)
      const client = await login(issued)
      expect((await client.query('select line from auth_log')).rowCount).toBe(1)
      await expect(client.query("insert into auth_log values ('x')")).rejects.toThrow(
        expect.objectContaining({ code: '42501' }),
      )
      await client.end()
      expect(issued.findings).toBeUndefined()
      expect(issued.expiresAtMs).toBe(request.nowMs + request.ttlMs)
      const [described] = await database.run(
        `select shobj_description(oid, 'pg_authid') as text from pg_roles where rolname = 'cs_${spec.id}_can-read'`,
      )
      expect(described?.text).toBe(
        'countersign lease can-read: tool log__search, task task-1, agent triage-1, case case-1',
      )
    })

    it('ends an open session when it is taken back, and nobody can log in with it again [R17]', async () => {
      const request = requestFor(clock, { lease: 'ends-open' })
      const issued = await broker.issue(request, SIGNAL)
      const client = await login(issued)
      const held = heldOf(request, issued)
      expect(await broker.revoke(held, 'task_ended', SIGNAL)).toEqual({
        isRevoked: true,
        sessionsEnded: 1,
      })
      await expect(client.query('select 1')).rejects.toThrow()
      await expect(login(issued)).rejects.toThrow(expect.objectContaining({ code: '28P01' }))
      expect(await rolesOfLease('ends-open')).toEqual([])
      expect(await broker.revoke(held, 'task_ended', SIGNAL)).toEqual({ isRevoked: true })
    })

    it('lets nobody log in after its end', async () => {
      const old = clockAt(Date.now() - 120_000)
      const request = requestFor(old, { lease: 'past-its-end' })
      const issued = await broker.issue(request, SIGNAL)
      await expect(login(issued)).rejects.toThrow(expect.objectContaining({ code: '28P01' }))
    })

    it('gives a new credential in place of the old when it is asked again for the same lease', async () => {
      const request = requestFor(clock, { lease: 'asked-twice' })
      const first = await broker.issue(request, SIGNAL)
      const session = await login(first)
      const second = await broker.issue(request, SIGNAL)
      await expect(login(first)).rejects.toThrow(expect.objectContaining({ code: '28P01' }))
      await expect(session.query('select 1')).rejects.toThrow()
      await (await login(second)).end()
      expect(await rolesOfLease('asked-twice')).toHaveLength(1)
    })

    it('drops what was made under the lease and never makes it its own', async () => {
      const request = requestFor(
        clock,
        { lease: 'leaves-nothing' },
        { tool: 'log__write_rows', effect: 'write' },
      )
      const issued = await broker.issue(request, SIGNAL)
      const client = await login(issued)
      await client.query('create table public.left_behind (x int)')
      await client.query(
        'create function public.as_owner() returns text language sql security definer as $$ select current_user::text $$',
      )
      await client.end()
      await broker.revoke(heldOf(request, issued), 'task_ended', SIGNAL)
      expect(
        await database.run(
          "select proname from pg_proc where proname = 'as_owner' union select relname from pg_class where relname = 'left_behind'",
        ),
      ).toEqual([])
    })

    it('flags a lease to read that could also write', async () => {
      const request = requestFor(clock, { lease: 'too-broad' }, { tool: 'log__write_rows' })
      const { findings } = await broker.issue(request, SIGNAL)
      expect(findings).toEqual([
        expect.objectContaining({
          kind: 'broader_than_asked',
          detail: expect.stringContaining(WRITER),
        }),
      ])
    })

    it.each([
      ['a role that administers', 'log__power', /can log in or administer/],
      ['a role that is not there', 'log__gone', /SQLSTATE 42704/],
      ['a tool without terms', 'log__other', /nothing is lent for the tool log__other/],
    ])('refuses %s, says so, and leaves no role', async (_what, tool, message) => {
      const request = requestFor(clock, { lease: 'refused' }, { tool })
      await expect(broker.issue(request, SIGNAL)).rejects.toThrow(
        expect.objectContaining({
          code: 'broker_refused',
          message: expect.stringMatching(message),
        }),
      )
      expect(await rolesOfLease('refused')).toEqual([])
    })

    it('refuses membership in a superuser, however far away', async () => {
      const middle = `middle_${mark}`
      const su = `su_${mark}`
      await database.run(
        `create role ${middle}; create role ${su} superuser; grant ${su} to ${middle}`,
      )
      const sly = createPostgresBroker({ ...spec, terms: [{ tools: ['*'], roles: [middle] }] })
      await expect(sly.issue(requestFor(clock), SIGNAL)).rejects.toThrow(/administer/)
      await database.run(`drop role ${middle}, ${su}`)
    })

    it.each([
      ['shorter', 4_999],
      ['longer', 600_001],
      ['no number', Number.NaN],
    ])('refuses a life that is %s than it lends for', async (_what, ttlMs) => {
      const issuing = async () => broker.issue(requestFor(clock, { ttlMs }), SIGNAL)
      await expect(issuing()).rejects.toThrow(/it lends for 5000 to 600000 ms/)
    })

    it('lists what bears its mark, also when the answer never came, and takes it back without a handle', async () => {
      const request = requestFor(clock, { lease: LEASE })
      await broker.issue(request, SIGNAL)
      expect(await leasesAt(broker)).toContain(LEASE)
      await broker.revoke(heldOf(request), 'never_answered', SIGNAL)
      expect(await leasesAt(broker)).not.toContain(LEASE)
    })

    it('leaves the roles of others alone', async () => {
      const other = createPostgresBroker({ ...spec, id: `db-${mark}-x` })
      await other.issue(requestFor(clock, { lease: 'of-another' }), SIGNAL)
      expect(await leasesAt(broker)).not.toContain('of-another')
      await other.revoke(heldOf(requestFor(clock, { lease: 'of-another' })), 'over', SIGNAL)
    })

    it('takes whatever a call is called for a word, never for a statement', async () => {
      const nasty = fc.oneof(
        fc.string({ maxLength: 40 }),
        fc.constantFrom(
          `'; drop table auth_log; --`,
          `\\'; create role owned superuser; --`,
          `"; alter role ${ADMIN} superuser; --`,
          `$$; select pg_sleep(9); $$`,
          `E'\\'`,
        ),
      )
      const before = await database.run('select count(*)::int as n from auth_log')
      await fc.assert(
        fc.asyncProperty(nasty, nasty, nasty, async (task, agent, caseId) => {
          const plain = [task, agent, caseId].map((text) =>
            text.replaceAll('\0', '').toWellFormed(),
          )
          const [one = '', two = '', three = ''] = plain
          const request = requestFor(clock, {
            lease: 'nasty',
            task: one,
            agent: two,
            caseId: three,
          })
          await broker.issue(request, SIGNAL)
          const [row] = await database.run(
            `select shobj_description(oid, 'pg_authid') as text from pg_roles where rolname = 'cs_${spec.id}_nasty'`,
          )
          expect(row?.text).toBe(
            `countersign lease nasty: tool log__search, task ${one}, agent ${two}, case ${three}`,
          )
        }),
        { numRuns: 15 },
      )
      expect(await database.run('select count(*)::int as n from auth_log')).toEqual(before)
      expect(await database.run("select from pg_roles where rolname = 'owned'")).toEqual([])
    })

    it('refuses a lease whose id is no name', async () => {
      const issuing = async () =>
        broker.issue(requestFor(clock, { lease: 'x"; drop role y; --' }), SIGNAL)
      await expect(issuing()).rejects.toThrow(/the id of the lease is no name/)
    })

    it('says who has to act when the server is away, when it refuses, and when it was given up', async () => {
      const away = createPostgresBroker({ ...spec, port: 1 })
      await expect(away.issue(requestFor(clock), SIGNAL)).rejects.toThrow(
        expect.objectContaining({ code: 'broker_unreachable' }),
      )
      const wrong = createPostgresBroker({ ...spec, password: () => 'canary-wrong-password' })
      const refused = await wrong.issue(requestFor(clock), SIGNAL).catch((error: unknown) => error)
      expect(refused).toMatchObject({
        code: 'broker_refused',
        message: 'PostgreSQL answered SQLSTATE 28P01',
      })
      expect(JSON.stringify(refused) + String(refused)).not.toContain('canary')
      await expect(broker.issue(requestFor(clock), AbortSignal.abort())).rejects.toThrow(
        expect.objectContaining({ code: 'broker_unreachable' }),
      )
    })

    it('never sends the password itself to the server', async () => {
      const issued = await broker.issue(requestFor(clock, { lease: 'verifier' }), SIGNAL)
      const [row] = await database.run(
        `select rolpassword from pg_authid where rolname = 'cs_${spec.id}_verifier'`,
      )
      expect(row?.rolpassword).toMatch(/^SCRAM-SHA-256\$4096:/)
      expect(String(row?.rolpassword)).not.toContain(fieldsOf(issued.material).password)
    })
  },
)
