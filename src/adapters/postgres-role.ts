/**
 * The role of one lease at PostgreSQL: made, looked at, taken back. It can log in until its end, is a member of what
 * the terms name, and owns nothing that outlives it.
 */
import pg from 'pg'
import type { InstantMs } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import { inTransaction } from './postgres-session.ts'

/** What makes a role more than a set of grants, whoever it is reached through. */
const POWERFUL = `
  with recursive reached(oid) as (
    select oid from pg_roles where rolname = any($1)
    union
    select member.roleid from pg_auth_members member join reached on member.member = reached.oid
  )
  select count(*)::int as powerful from pg_roles role join reached using (oid)
  where role.rolsuper or role.rolcreaterole or role.rolcreatedb or role.rolreplication
    or role.rolbypassrls or role.rolcanlogin
    or role.rolname in ('pg_execute_server_program', 'pg_read_server_files',
      'pg_write_server_files', 'pg_signal_backend', 'pg_write_all_data', 'pg_checkpoint')`

const CHANGES = `
  select exists (
    select from pg_class class join pg_namespace space on space.oid = class.relnamespace
    where class.relkind in ('r', 'p', 'v', 'm', 'f')
      and space.nspname not in ('pg_catalog', 'information_schema')
      and space.nspname !~ '^pg_(toast|temp)'
      and (has_any_column_privilege($1, class.oid, 'insert, update')
        or has_table_privilege($1, class.oid, 'delete, truncate'))
  ) or exists (
    select from pg_namespace space
    where space.nspname !~ '^pg_' and has_schema_privilege($1, space.oid, 'create')
  ) as changes`

/** How long a session is waited for that was told to end. Milliseconds. */
const END_TIMEOUT_MS = 5_000
/** More than one, because a tool may look while it works; few, because a lease is one call. */
const MAX_SESSIONS = 4

export type LeaseRole = {
  readonly name: string
  readonly verifier: string
  readonly untilMs: InstantMs
  readonly memberOf: readonly string[]
  /** For whoever looks at the database: what it is for. */
  readonly comment: string
}

/** Throws `broker_refused` when a role of the terms is more than grants: membership would hand that on. */
export async function refusePowerful(client: pg.Client, roles: readonly string[]): Promise<void> {
  const { rows } = await client.query<{ powerful: number }>(POWERFUL, [roles])
  if (rows[0]?.powerful === 0) return
  throw new Failure(
    'broker_refused',
    `${roles.join(', ')} can log in or administer; terms take roles that only hold grants`,
  )
}

export async function createRole(client: pg.Client, role: LeaseRole): Promise<void> {
  const name = pg.escapeIdentifier(role.name)
  const until = pg.escapeLiteral(new Date(role.untilMs).toISOString())
  const plain = 'nosuperuser nocreatedb nocreaterole noreplication nobypassrls inherit login'
  await inTransaction(client, async () => {
    await client.query(
      `create role ${name} ${plain} connection limit ${MAX_SESSIONS} valid until ${until} password ${pg.escapeLiteral(role.verifier)}`,
    )
    await client.query(`comment on role ${name} is ${pg.escapeLiteral(role.comment)}`)
    for (const group of role.memberOf) {
      await client.query(`grant ${pg.escapeIdentifier(group)} to ${name}`)
    }
  })
}

export async function hasRole(client: pg.Client, name: string): Promise<boolean> {
  return (await client.query('select from pg_roles where rolname = $1', [name])).rowCount !== 0
}

/** Whether it could change a table or make one, by its groups or by what everybody may. */
export async function mayChange(client: pg.Client, name: string): Promise<boolean> {
  const { rows } = await client.query<{ changes: boolean }>(CHANGES, [name])
  return rows[0]?.changes !== false
}

/**
 * No new login first, then the open sessions, then what it owns and itself. Answers how many sessions it ended. What
 * the tool made under the role is dropped and never given to us: a function of a stranger that runs with our rights
 * would hand them to everybody. Throws `broker_unreachable` while a session lives on.
 */
export async function dropRole(client: pg.Client, role: string): Promise<number> {
  const name = pg.escapeIdentifier(role)
  await client.query(`alter role ${name} nologin`)
  // Ending the sessions of a role and dropping what it owns takes membership in it.
  await client.query(`grant ${name} to current_user`)
  const ended = await endSessions(client, role)
  return inTransaction(client, async () => {
    await client.query(`drop owned by ${name}`)
    // Who was logging in while we looked is inside by now.
    const late = await endSessions(client, role)
    await client.query(`drop role ${name}`)
    return ended + late
  })
}

async function endSessions(client: pg.Client, role: string): Promise<number> {
  const { rows } = await client.query<{ gone: boolean }>(
    'select pg_terminate_backend(pid, $2) as gone from pg_stat_activity where usename = $1',
    [role, END_TIMEOUT_MS],
  )
  if (rows.every(({ gone }) => gone)) return rows.length
  throw new Failure('broker_unreachable', 'a session under the lease has not ended yet')
}

/** Roles whose names begin so, in the order of their names. */
export async function rolesNamed(client: pg.Client, prefix: string): Promise<readonly string[]> {
  const { rows } = await client.query<{ rolname: string }>(
    'select rolname from pg_roles where starts_with(rolname, $1) order by rolname',
    [prefix],
  )
  return rows.map(({ rolname }) => rolname)
}
