/**
 * Databases with the whole schema and nothing in them. Making the schema costs a store more than most tests do, so a
 * worker process makes it once per engine, and every store gets a copy or one that was emptied.
 */
import { copyFile, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Engine } from '../../src/store/engine.ts'
import { migrate } from '../../src/store/migrations.ts'
import { openPostgresEngine } from '../../src/store/postgres-engine.ts'
import { openSqliteEngine } from '../../src/store/sqlite-engine.ts'
import {
  connected,
  type Database,
  postgresDatabase,
  SQLITE_FILE,
  sqliteDatabase,
} from './databases.ts'

let sqliteTemplate: Promise<string> | undefined
let postgresTemplate: Promise<Template> | undefined
/** Given back and emptied; the run drops them at its end. */
const idle: Database[] = []

type Template = { readonly name: string; readonly shape: string }

/** The embedded database of a data directory that was never started. */
export async function migratedSqlite(dataDir: string): Promise<Database> {
  sqliteTemplate ??= makeSqlite()
  await copyFile(await sqliteTemplate, join(dataDir, SQLITE_FILE))
  return sqliteDatabase(dataDir)
}

/** `drop` empties it for the next one, unless somebody changed more than rows. */
export async function migratedPostgres(serverUrl: string): Promise<Database> {
  postgresTemplate ??= makePostgres(serverUrl)
  const template = await postgresTemplate
  const database = idle.pop() ?? (await postgresDatabase(serverUrl, template.name))
  return {
    ...database,
    drop: async () => {
      if (await isEmptied(database, template)) idle.push(database)
      else await database.drop()
    },
  }
}

async function makeSqlite(): Promise<string> {
  const folder = process.env.COUNTERSIGN_TEST_RUN_FOLDER ?? tmpdir()
  const dataDir = await mkdtemp(join(folder, 'countersign-migrated-'))
  await migrateAndClose(openSqliteEngine(dataDir))
  return join(dataDir, SQLITE_FILE)
}

async function makePostgres(serverUrl: string): Promise<Template> {
  const database = await postgresDatabase(serverUrl)
  await migrateAndClose(openPostgresEngine(database.url))
  const name = new URL(database.url).pathname.slice(1)
  return { name, shape: await connected(database.url, shapeOf) }
}

/** False, and nothing done, when it is not as the template any more. */
function isEmptied({ url }: Database, { shape }: Template): Promise<boolean> {
  return connected(url, async (run) => {
    if ((await shapeOf(run)) !== shape) return false
    await run(OTHERS_OFF)
    const written = await run(WRITTEN)
    const deletes = written.map(({ relname }) => `delete from "${relname}"`)
    await run(['begin', NO_GUARDS, ...deletes, 'commit'].join(';'))
    return true
  })
}

async function migrateAndClose(engine: Engine): Promise<void> {
  await migrate(engine)
  await engine.close()
}

/** A node that died in the middle may still hold the head of its log; a second is more than enough for it to go. */
const OTHERS_OFF = `select pg_terminate_backend(pid, 1000) from pg_stat_activity
  where datname = current_database() and pid <> pg_backend_pid()`
/** Tables with room on disk are those that ever had a row: most tests write a dozen of them. */
const WRITTEN = `select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
  and not starts_with(relname, 'schema_migration') and pg_relation_size(oid) > 0`
/** Neither the guard of the log nor foreign keys; for superusers only, as CI is one. */
const NO_GUARDS = 'set local session_replication_role = replica'

/** Everything but the rows of a store: a copy has the very object ids of its template, so whatever is made again shows. */
async function shapeOf(run: Database['run']): Promise<string> {
  const [row] = await run(`select md5(string_agg(line, ' ' order by line)) as shape from (
    select concat_ws(' ', oid, relname, relowner, relacl, relnatts, relrowsecurity) from pg_class
      where relnamespace = 'public'::regnamespace
    union all select concat_ws(' ', oid, tgname, tgenabled) from pg_trigger
    union all select concat_ws(' ', oid, proname, proacl, md5(prosrc)) from pg_proc
      where pronamespace = 'public'::regnamespace
    union all select concat_ws(' ', nspname, nspacl) from pg_namespace where nspname !~ '^pg_'
    union all select concat_ws(' ', defaclrole, defaclacl) from pg_default_acl
    union all select concat_ws(' ', datacl) from pg_database where datname = current_database()
    union all select concat_ws(' ', setrole, setconfig) from pg_db_role_setting
      where setdatabase = (select oid from pg_database where datname = current_database())
    union all select name from schema_migration
  ) as lines(line)`)
  return String(row?.shape)
}
