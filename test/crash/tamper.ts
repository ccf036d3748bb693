/** What somebody with all rights over an installation could do to it, and how to see that nothing else was done. */
import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
// biome-ignore lint/correctness/noUnresolvedImports: the linter's list of built-ins is older than this one
import { DatabaseSync } from 'node:sqlite'
import pg from 'pg'
import { exitCodeOf } from '../../src/cli/exit-codes.ts'
import { complaintOf, complaintText } from '../../src/cli/failure-text.ts'
import { startGateway } from '../../src/main.ts'
import { quiet } from '../harness/quiet.ts'
import type { Installation } from './installation.ts'
import { readLive } from './snapshot.ts'

type Rows = readonly Readonly<Record<string, unknown>>[]

/** Runs one statement beside the product. */
export async function run({ config }: Installation, statement: string): Promise<Rows> {
  if (config.databaseUrl === undefined) {
    const database = new DatabaseSync(join(config.dataDir, 'countersign.sqlite'))
    try {
      return database.prepare(statement).all()
    } finally {
      database.close()
    }
  }
  return query(config.databaseUrl, statement)
}

/** Lifts the guard of the log, as its owner can. */
export async function liftGuard(installation: Installation): Promise<void> {
  const statements =
    installation.engine === 'sqlite'
      ? ['drop trigger log_entry_no_update', 'drop trigger log_entry_no_delete']
      : ['drop trigger log_entry_append_only on log_entry']
  for (const statement of statements) await run(installation, statement)
}

/** Bytes as the engine's SQL spells them. */
export function blob({ engine }: Installation, bytes: Uint8Array): string {
  const hex = Buffer.from(bytes).toString('hex')
  return engine === 'sqlite' ? `x'${hex}'` : `'\\x${hex}'::bytea`
}

/** A backup of the database as operators make one, while nothing runs. Answers how to restore it. */
export async function backUpDatabase(installation: Installation): Promise<() => Promise<void>> {
  const { config, folder } = installation
  const backup = join(folder, `backup-${Date.now()}`)
  if (config.databaseUrl === undefined) {
    const isDatabase = (path: string) => /\.sqlite(-wal|-shm)?$/.test(path) && !/lock/.test(path)
    const files = readdirSync(config.dataDir).filter(isDatabase)
    for (const name of files) cpSync(join(config.dataDir, name), join(backup, name))
    return async () => {
      for (const name of readdirSync(config.dataDir).filter(isDatabase)) {
        rmSync(join(config.dataDir, name))
      }
      for (const name of files) cpSync(join(backup, name), join(config.dataDir, name))
    }
  }
  const url = new URL(config.databaseUrl)
  const name = url.pathname.slice(1)
  url.pathname = '/postgres'
  const copy = `${name}_backup`
  await query(url.href, `create database ${copy} template ${name}`)
  return async () => {
    await query(url.href, `drop database ${name} with (force)`)
    await query(url.href, `alter database ${copy} rename to ${name}`)
  }
}

/** A backup of one folder of the data directory. Answers how to restore it. */
export function backUpFolder({ config, folder }: Installation, name: string): () => void {
  const backup = join(folder, `backup-of-${name}`)
  cpSync(join(config.dataDir, name), backup, { recursive: true })
  return () => {
    rmSync(join(config.dataDir, name), { recursive: true })
    cpSync(backup, join(config.dataDir, name), { recursive: true })
  }
}

/** Everything an installation remembers, as one digest: records, log, witness, keys and signer state. */
export async function imprint(installation: Installation): Promise<string> {
  const { dataDir } = installation.config
  const hash = createHash('sha256')
  const { entries, head, calls, leases, requests, grants } = await readLive(installation)
  const tables = [calls, leases, requests, grants].map((table) => [...table].sort())
  hash.update(JSON.stringify([entries, head, tables]))
  for (const folder of ['witness', 'keys']) {
    for (const name of readdirSync(join(dataDir, folder)).sort()) {
      hash.update(`${folder}/${name}\n`).update(readFileSync(join(dataDir, folder, name)))
    }
  }
  return hash.digest('hex')
}

export type Said = { readonly exitCode: number; readonly out: string; readonly err: string }

/** Runs the product's own command line on an installation, as an operator would. */
export function countersign({ config }: Installation, args: readonly string[]): Promise<Said> {
  const { COUNTERSIGN_CONFIG: _, ...environment } = process.env
  const env = {
    ...environment,
    COUNTERSIGN_DATA: config.dataDir,
    COUNTERSIGN_PORT: '0',
    ...(config.databaseUrl === undefined ? {} : { DATABASE_URL: config.databaseUrl }),
  }
  const launcher = resolve(import.meta.dirname, '../../bin/countersign')
  return new Promise((done) => {
    execFile(launcher, args, { env, timeout: 20_000 }, (error, out, err) => {
      const code = error === null ? 0 : error.code
      done({ exitCode: typeof code === 'number' ? code : -1, out, err })
    })
  })
}

/**
 * One life of a gateway in this process, in which nothing is asked of it: what `serve` would say of its start. The way
 * from a refusal to the terminal is the same on every engine.
 */
export async function started({ config }: Installation): Promise<Said> {
  try {
    const gateway = await startGateway(config, { log: quiet })
    await gateway.close()
    return { exitCode: 0, out: gateway.baseUrl, err: '' }
  } catch (error) {
    const complaint = complaintOf(error)
    return { exitCode: exitCodeOf(complaint.code), out: '', err: complaintText(complaint) }
  }
}

async function query(url: string, statement: string): Promise<Rows> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query(statement)).rows as Rows
  } finally {
    await client.end()
  }
}
