/** The databases that one run of tests makes on the PostgreSQL server: named after it, and gone with it. */
import { randomBytes } from 'node:crypto'
import { basename } from 'node:path'
import pg from 'pg'

/** A name that no other run uses; without a run around it, nobody but its maker drops it. */
export function databaseName(): string {
  return `${prefixOf(process.env.COUNTERSIGN_TEST_RUN_FOLDER)}${randomBytes(6).toString('hex')}`
}

/** Drops what workers left: the copies they keep for their next test, and those of one that died. */
export async function dropDatabasesOf(runFolder: string): Promise<void> {
  const serverUrl = process.env.COUNTERSIGN_TEST_POSTGRES_URL
  if (serverUrl === undefined) return
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    const ours = 'select datname from pg_database where starts_with(datname, $1)'
    const { rows } = await client.query(ours, [prefixOf(runFolder)])
    for (const { datname } of rows) await client.query(`drop database "${datname}" with (force)`)
  } finally {
    await client.end()
  }
}

/** PostgreSQL folds what is not quoted to lower case. */
function prefixOf(runFolder: string | undefined): string {
  const run = basename(runFolder ?? 'countersign-tests-alone').replaceAll(/[^A-Za-z0-9]/g, '')
  return `${run.toLowerCase()}_`
}
