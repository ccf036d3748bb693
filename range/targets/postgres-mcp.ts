/**
 * A log store over PostgreSQL as an MCP server over stdio. It holds no credential of its own: it can list its tools
 * without one, and look into the log only as whoever its environment names, which is the role of one lease.
 *
 * Environment: PGHOST, PGPORT, PGDATABASE, PGUSER, PGPASSWORD, as every client of PostgreSQL reads them.
 */
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import pg from 'pg'
import { z } from 'zod'
import { answer, refuse } from '../answer.ts'

const TIMEOUT_MS = 5_000
const MAX_LINES = 100

serveStdio(() => {
  const server = new McpServer({ name: 'log-store', version: '1.0.0' })
  server.registerTool(
    'search',
    {
      description: 'Lines of the authentication log of one host that contain a text.',
      inputSchema: z.strictObject({ host: z.string(), text: z.string().max(200) }),
      outputSchema: z.strictObject({ lines: z.array(z.string()) }),
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    async ({ host, text }) => {
      const client = new pg.Client({
        connectionTimeoutMillis: TIMEOUT_MS,
        query_timeout: TIMEOUT_MS,
      })
      try {
        await client.connect()
        const { rows } = await client.query<{ line: string }>(
          'select line from auth_log where host = $1 and strpos(line, $2) > 0 limit $3',
          [host, text, MAX_LINES],
        )
        return answer({ lines: rows.map(({ line }) => line) })
      } catch (error) {
        const code = error instanceof pg.DatabaseError ? error.code : undefined
        return refuse(`the log store does not answer${code === undefined ? '' : `: ${code}`}`)
      } finally {
        await client.end().catch(() => undefined)
      }
    },
  )
  return server
})
