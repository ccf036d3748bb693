/**
 * A deny list in PostgreSQL as an MCP server over stdio: the table that proxies, mail relays and login servers look
 * addresses up in. It holds no credential of its own: it can list its tools without one, and change or look at the list
 * only as whoever its environment names, which is the role of one lease.
 *
 * Environment: PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, as every client of PostgreSQL reads them.
 */
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import pg from 'pg'
import { z } from 'zod'
import { answer } from '../answer.ts'

const TIMEOUT_MS = 5_000
const MAX_SECONDS = 86_400

const address = z.ipv4().describe('IPv4 address of one client')
const state = z.strictObject({ address: z.string(), denied: z.boolean() })
const CHANGES = { destructiveHint: false, idempotentHint: true, openWorldHint: false } as const

/** One session for one call: what is opened under a lease ends with it. */
async function query(statement: string, values: readonly unknown[]): Promise<number> {
  const client = new pg.Client({ connectionTimeoutMillis: TIMEOUT_MS, query_timeout: TIMEOUT_MS })
  try {
    await client.connect()
    return (await client.query(statement, [...values])).rowCount ?? 0
  } finally {
    await client.end().catch(() => undefined)
  }
}

serveStdio(() => {
  const server = new McpServer({ name: 'deny-list', version: '1.0.0' })
  server.registerTool(
    'deny_address',
    {
      description: 'Puts one address on the deny list, for seconds.',
      inputSchema: z.strictObject({ address, seconds: z.int().min(1).max(MAX_SECONDS) }),
      outputSchema: state,
      annotations: CHANGES,
    },
    async (args) => {
      await query(
        `insert into deny_list (address, until) values ($1, now() + make_interval(secs => $2))
         on conflict (address) do update set until = excluded.until`,
        [args.address, args.seconds],
      )
      return answer({ address: args.address, denied: true })
    },
  )
  server.registerTool(
    'allow_address',
    {
      description: 'Takes one address off the deny list.',
      inputSchema: z.strictObject({ address }),
      outputSchema: state,
      annotations: CHANGES,
    },
    async (args) => {
      await query('delete from deny_list where address = $1', [args.address])
      return answer({ address: args.address, denied: false })
    },
  )
  server.registerTool(
    'deny_status',
    {
      description: 'Whether one address is on the deny list now.',
      inputSchema: z.strictObject({ address }),
      outputSchema: state,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async (args) => {
      const found = await query('select from deny_list where address = $1 and until > now()', [
        args.address,
      ])
      return answer({ address: args.address, denied: found > 0 })
    },
  )
  return server
})
