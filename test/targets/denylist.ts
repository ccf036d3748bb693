/**
 * A deny list in a database of its own at PostgreSQL, and a login that may lend roles for it: one kind that changes the
 * list, one that only looks. The database itself writes down every change and under which role it was made.
 */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import pg from 'pg'
import { compiledCode } from '../../range/settings.ts'
import type { UpstreamConfig } from '../../src/config.ts'
import type { ConfigFile } from '../../src/contract/config-file.ts'
import type { ToolRule } from '../../src/lease/rule.ts'

export type DenyList = {
  readonly upstream: Extract<UpstreamConfig, { readonly transport: 'stdio' }>
  /** As it stands in a configuration file. */
  readonly broker: ConfigFile['brokers'][number]
  readonly lending: ToolRule
  /** Every change in order, and the lease it was made under. */
  readonly changes: () => Promise<readonly Change[]>
  readonly isDenied: (address: string) => Promise<boolean>
  /** Roles that were lent and are still there, and sessions of such roles. */
  readonly lent: () => Promise<readonly string[]>
  readonly stop: () => Promise<void>
}

export type Change = {
  readonly address: string
  /** Undefined: it was taken off. */
  readonly seconds: number | undefined
  readonly lease: string
}

const PASSWORD = 'password-of-the-lender'
const SCHEMA = `
  create table deny_list (address text primary key, until timestamptz not null);
  create table change (
    at bigserial primary key, address text not null, seconds integer, role text not null);
  create function note() returns trigger language plpgsql security definer as $$
    begin
      insert into change (address, seconds, role) values (coalesce(new.address, old.address),
        round(extract(epoch from new.until - now())), session_user);
      return null;
    end $$;
  create trigger noted after insert or update or delete on deny_list
    for each row execute function note();`

const client = { kind: 'ipv4_net', from: 'args.address' }
const deniedIs = (value: boolean) => ({
  tool: 'deny_status',
  arguments: { address: 'args.address' },
  expect: `result.structuredContent.denied == ${value}`,
})

/** As a platform engineer would write them. */
export const DENY_LIST_ENTRIES = {
  deny_address: {
    effect: 'contain',
    verb: 'deny',
    target: client,
    reversibility: 'time-limited',
    inverse: { tool: 'allow_address', arguments: { address: 'args.address' } },
    preimage: { tool: 'deny_status', arguments: { address: 'args.address' } },
    probe: deniedIs(true),
    ends: { minutes: 'args.seconds / 60.0' },
  },
  allow_address: {
    effect: 'contain',
    verb: 'allow',
    target: client,
    reversibility: 'compensable',
    probe: deniedIs(false),
    waiver: { by: 'petra', reason: 'denying again is a decision of its own' },
  },
  deny_status: { effect: 'read', verb: 'query', target: client },
}

/** `serverUrl`: a server on which databases and roles may be made. Roles are the server's, so all names are of this list. */
export async function startDenyList(serverUrl: string): Promise<DenyList> {
  const mark = randomBytes(4).toString('hex')
  const [database, lender] = [`countersign_deny_${mark}`, `deny_lend_${mark}`]
  const [reader, writer] = [`deny_read_${mark}`, `deny_write_${mark}`]
  const brokerId = `deny-${mark}`
  const prefix = `cs_${brokerId}_`
  const folder = mkdtempSync(join(tmpdir(), 'countersign-deny-'))
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, PASSWORD, { mode: 0o600 })
  const server = await connect(serverUrl)
  await server.query(`create database ${database}`)
  const url = new URL(serverUrl)
  url.pathname = `/${database}`
  const inside = await connect(url.href)
  await inside.query(SCHEMA)
  await inside.query(`create role ${reader}; grant select on deny_list to ${reader}`)
  // What is to be changed has to be found first.
  await inside.query(`create role ${writer}; grant all on deny_list to ${writer}`)
  await inside.query(`create role ${lender} login createrole password '${PASSWORD}'`)
  await inside.query(`grant ${reader}, ${writer} to ${lender} with admin option`)
  const lent = async () => {
    const roles = await inside.query<{ name: string }>(
      'select rolname as name from pg_roles where starts_with(rolname, $1)',
      [prefix],
    )
    const sessions = await inside.query<{ name: string }>(
      `select usename || ' (session)' as name from pg_stat_activity where starts_with(usename, $1)`,
      [prefix],
    )
    return [...roles.rows, ...sessions.rows].map(({ name }) => name)
  }
  return {
    upstream: {
      id: 'deny',
      transport: 'stdio',
      command: process.execPath,
      args: [resolve(import.meta.dirname, '../../range/targets/denylist-mcp.ts')],
      env: compiledCode(),
      trustsShippedEntries: false,
    },
    broker: {
      ...{ id: brokerId, kind: 'postgres', host: url.hostname, port: Number(url.port) },
      ...{ database, user: lender, password_file: passwordFile },
      ...{ security: 'none', max_seconds: 300 },
      terms: [
        { tools: ['deny__deny_status'], roles: [reader] },
        { tools: ['deny__*'], roles: [writer] },
      ],
    },
    lending: {
      ...{ upstream: 'deny', tools: ['*'], broker: brokerId, audience: 'deny', maxTtlMs: 60_000 },
      placement: { kind: 'environment', variables: VARIABLES },
    },
    changes: async () => {
      const { rows } = await inside.query('select address, seconds, role from change order by at')
      return rows.map(({ address, seconds, role }) => ({
        address,
        seconds: seconds ?? undefined,
        lease: String(role).slice(prefix.length),
      }))
    },
    isDenied: async (address) =>
      (await inside.query('select from deny_list where address = $1', [address])).rowCount === 1,
    lent,
    stop: async () => {
      const roles = (await lent()).filter((name) => !name.includes(' ')).map(pg.escapeIdentifier)
      for (const role of roles) await inside.query(`drop owned by ${role}; drop role ${role}`)
      await inside.query(`drop owned by ${reader}, ${writer}, ${lender}`)
      await inside.end()
      await server.query(`drop database ${database} with (force)`)
      await server.query(`drop role ${reader}, ${writer}, ${lender}`)
      await server.end()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const VARIABLES = {
  ...{ PGHOST: 'host', PGPORT: 'port', PGDATABASE: 'database' },
  ...{ PGUSER: 'username', PGPASSWORD: 'password' },
}

async function connect(connectionString: string): Promise<pg.Client> {
  const connected = new pg.Client({ connectionString })
  await connected.connect()
  return connected
}
