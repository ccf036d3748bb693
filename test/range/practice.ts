/** A practice range of one's own for a test file, and clients that speak to its tool servers. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { type Range, type RangeOptions, type RangeUpstream, startRange } from '../../range/start.ts'

export type Practice = {
  readonly range: Range
  readonly dataDir: string
  /** A client of one upstream, connected with what the range gives the gateway; closed with the practice. */
  readonly client: (id: string) => Promise<Client>
  readonly stop: () => Promise<void>
}

export async function startPractice(
  options: Omit<RangeOptions, 'dataDir'> = {},
): Promise<Practice> {
  const dataDir = mkdtempSync(join(tmpdir(), 'range-'))
  const range = await startRange({ dataDir, ...options }).catch((error: unknown) => {
    rmSync(dataDir, { recursive: true, force: true })
    throw error
  })
  const clients: Client[] = []
  return {
    range,
    dataDir,
    client: async (id) => {
      const upstream = range.upstreams.find((each) => each.id === id)
      if (upstream === undefined) throw new Error(`the range has no upstream ${id}`)
      const client = await connected(upstream)
      clients.push(client)
      return client
    },
    stop: async () => {
      await Promise.all(clients.map((client) => client.close()))
      await range.stop()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** A client of the upstream; `legacy` speaks 2025-11-25, `auto` what the server offers. */
export async function connected(
  upstream: RangeUpstream,
  mode: 'legacy' | 'auto' = 'legacy',
): Promise<Client> {
  const client = new Client(
    { name: 'range-test', version: '1.0.0' },
    { versionNegotiation: { mode } },
  )
  await client.connect(transportOf(upstream))
  return client
}

function transportOf(upstream: RangeUpstream) {
  if (upstream.transport === 'streamable-http') {
    const { header, value } = upstream.credential
    return new StreamableHTTPClientTransport(new URL(upstream.url), {
      requestInit: { headers: { [header]: value } },
    })
  }
  const { command, args, env } = upstream
  return new StdioClientTransport({ command, args: [...args], env: { ...env }, stderr: 'ignore' })
}
