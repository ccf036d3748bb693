/** Real MCP clients of both library generations, towards one address and with one token. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
// biome-ignore lint/correctness/noUnresolvedImports: the package exports this path by a wildcard, which Biome does not follow
import { Client as OldClient } from '@modelcontextprotocol/sdk/client/index.js'
// biome-ignore lint/correctness/noUnresolvedImports: the package exports this path by a wildcard, which Biome does not follow
import { StreamableHTTPClientTransport as OldTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

type Capabilities = Readonly<Record<string, object>>

const WHO = { name: 'test-agent', version: '1' }

/** The current library; `auto` speaks the 2026 protocol where the server does, `legacy` the one of 2025. */
export async function openClient(
  url: string,
  token: string,
  mode: 'auto' | 'legacy',
  capabilities: Capabilities = {},
  prepare: (client: Client) => void = () => {},
): Promise<Client> {
  const client = new Client(WHO, { capabilities, versionNegotiation: { mode } })
  prepare(client)
  const headers = { Authorization: `Bearer ${token}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }),
  )
  return client
}

/** The library most agents were built with, which knows nothing newer than 2025-11-25. */
export async function openOldClient(
  url: string,
  token: string,
  capabilities: Capabilities = {},
): Promise<OldClient> {
  const client = new OldClient(WHO, { capabilities })
  const headers = { Authorization: `Bearer ${token}` }
  const transport = new OldTransport(new URL(url), { requestInit: { headers } })
  await client.connect(transport as Parameters<OldClient['connect']>[0])
  return client
}
