/** Brokers against real backends: PostgreSQL where a server is named, OpenSSH where its programs are. */
import { execFile, execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { createPostgresBroker } from '../../src/adapters/broker-postgres.ts'
import { createSshBroker } from '../../src/adapters/broker-ssh.ts'
import type { Clock } from '../../src/kernel/clock.ts'
import { postgresDatabase } from '../../test/harness/databases.ts'
import type { Lender } from './lender.ts'

const TTL_MS = 60_000
const MAX_TTL_MS = 300_000
const run = promisify(execFile)

export async function postgresLender(serverUrl: string): Promise<Lender> {
  const database = await postgresDatabase(serverUrl)
  const mark = randomBytes(4).toString('hex')
  const [reader, admin, password] = [`bench_read_${mark}`, `bench_lend_${mark}`, `pw${mark}`]
  await database.run(`create table log (line text); create role ${reader}`)
  await database.run(`grant select on log to ${reader}`)
  await database.run(`create role ${admin} login createrole password '${password}'`)
  const { hostname: host, port, pathname } = new URL(database.url)
  const at = { host, port: Number(port), database: pathname.slice(1), user: admin }
  const broker = createPostgresBroker({
    ...{ id: `b${mark}`, kind: 'postgres', ...at, password: () => password, security: 'none' },
    ...{ maxTtlMs: MAX_TTL_MS, terms: [{ tools: ['*'], roles: [reader] }] },
  })
  return {
    ...{ broker, ttlMs: TTL_MS, floorName: 'login and one query' },
    floor: async () => {
      const client = new pg.Client({ ...at, password })
      await client.connect()
      await client.query('select 1')
      await client.end()
    },
    close: async () => {
      await database.run(`drop owned by ${reader}, ${admin}; drop role ${reader}, ${admin}`)
      await database.drop()
    },
  }
}

export async function sshLender(clock: Clock): Promise<Lender> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  const authorityFile = join(folder, 'authority')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', authorityFile])
  const broker = createSshBroker(
    {
      ...{ id: 'hosts', kind: 'ssh', authorityFile, sources: ['127.0.0.1'] },
      ...{ revocation: { file: join(folder, 'revoked'), reachesMs: 0 }, maxTtlMs: MAX_TTL_MS },
      terms: [{ tools: ['*'], principal: 'soc', command: 'true' }],
    },
    { clock },
  )
  return {
    ...{ broker, ttlMs: TTL_MS, floorName: 'ssh-keygen that only looks' },
    floor: async () => {
      await run('ssh-keygen', ['-l', '-f', `${authorityFile}.pub`])
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  }
}
