/** One short session of a broker with PostgreSQL, and what its errors mean to the lender. */
import pg from 'pg'
import { Failure } from '../kernel/failure.ts'
import type { PostgresBrokerSpec } from './broker-spec.ts'

/** Issuing takes some 30 ms; who needs longer than this is as good as away. */
const CONNECT_TIMEOUT_MS = 5_000
const STATEMENT_TIMEOUT_MS = 10_000

/**
 * Classes of SQLSTATE in which asking again does not help: what is asked for is wrong or not permitted. Everything
 * else (connection, resources, being shut down, conflict) may pass.
 */
const FINAL_CLASSES = ['0A', '0L', '0P', '22', '23', '28', '2B', '3D', '42']
/** A role of this name was made at the same moment: the next try finds it. */
const DUPLICATE = '42710'

/** Throws `broker_unreachable` or `broker_refused`; a statement never stands in the message. */
export async function withSession<T>(
  spec: PostgresBrokerSpec,
  signal: AbortSignal,
  work: (client: pg.Client) => Promise<T>,
): Promise<T> {
  const client = clientOf(spec)
  // A broken connection also rejects the query that is under way; without a listener it would end the process.
  client.on('error', () => undefined)
  const cut = () => void client.end().catch(() => undefined)
  signal.addEventListener('abort', cut, { once: true })
  try {
    signal.throwIfAborted()
    await client.connect()
    return await work(client)
  } catch (error) {
    throw failureOf(error)
  } finally {
    signal.removeEventListener('abort', cut)
    await client.end().catch(() => undefined)
  }
}

function clientOf({ host, port, database, user, password, security, ca }: PostgresBrokerSpec) {
  const authority = ca?.()
  return new pg.Client({
    ...{ host, port, database, user, password: password() },
    ssl: security === 'tls' && (authority === undefined ? true : { ca: authority }),
    application_name: 'countersign-broker',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS,
  })
}

export async function inTransaction<T>(client: pg.Client, work: () => Promise<T>): Promise<T> {
  await client.query('begin')
  try {
    const value = await work()
    await client.query('commit')
    return value
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof pg.DatabaseError && error.code !== undefined) {
    const { code } = error
    const isFinal = FINAL_CLASSES.includes(code.slice(0, 2)) && code !== DUPLICATE
    // Without its cause: the server repeats parts of a statement.
    return new Failure(
      isFinal ? 'broker_refused' : 'broker_unreachable',
      `PostgreSQL answered SQLSTATE ${code}`,
    )
  }
  return new Failure('broker_unreachable', 'the connection to PostgreSQL failed', { cause: error })
}
