/** The agent's side: real MCP clients over HTTP, and the shape of what comes back. */
import { Client as ModernClient, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
// biome-ignore lint/correctness/noUnresolvedImports: the package exports this path by a wildcard, which Biome does not follow
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
// biome-ignore lint/correctness/noUnresolvedImports: the package exports this path by a wildcard, which Biome does not follow
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'

/** What the gateway says of a call that did not simply run (`faces/mcp/answer.ts`). */
export type Said = {
  readonly status: 'pending_approval' | 'refused'
  readonly code?: string
  readonly detail?: string
  readonly approval_id?: string
  readonly call_id?: string
  readonly required_role?: string
}

export type ToolResult = {
  readonly isError?: boolean
  readonly content: readonly { readonly type: string; readonly text?: string }[]
  readonly structuredContent?: Readonly<Record<string, unknown>>
  readonly _meta?: Readonly<Record<string, unknown>>
}

export type AgentClient = {
  readonly tools: () => Promise<readonly string[]>
  readonly call: (
    name: string,
    args: Record<string, unknown>,
    meta?: Record<string, unknown>,
  ) => Promise<ToolResult>
  readonly close: () => Promise<void>
}

export type ClientEra = 'modern' | 'legacy-v2' | 'legacy-v1'

export async function connectAgent(
  baseUrl: string,
  token: string,
  era: ClientEra = 'modern',
  path = '/mcp',
): Promise<AgentClient> {
  const url = new URL(`${baseUrl}${path}`)
  const requestInit = { headers: { Authorization: `Bearer ${token}` } }
  const who = { name: 'test-agent', version: '1' }
  if (era === 'legacy-v1') {
    const client = new LegacyClient(who)
    await client.connect(
      new LegacyTransport(url, { requestInit }) as Parameters<LegacyClient['connect']>[0],
    )
    return {
      tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
      call: async (name, args, _meta) =>
        (await client.callTool({ name, arguments: args, ...(_meta && { _meta }) })) as ToolResult,
      close: () => client.close(),
    }
  }
  const mode = era === 'modern' ? ('auto' as const) : ('legacy' as const)
  const client = new ModernClient(who, { versionNegotiation: { mode } })
  await client.connect(new StreamableHTTPClientTransport(url, { requestInit }))
  return {
    tools: async () => (await client.listTools()).tools.map((tool) => tool.name),
    call: async (name, args, _meta) =>
      (await client.callTool({ name, arguments: args, ...(_meta && { _meta }) })) as ToolResult,
    close: () => client.close(),
  }
}

/** The gateway's own words in a result, or undefined when the tool answered. */
export function saidBy(result: ToolResult): Said | undefined {
  const lines = result.content.flatMap((part) => part.text?.split('\n') ?? [])
  for (const line of lines) {
    if (!line.startsWith('{"countersign":')) continue
    return (JSON.parse(line) as { countersign: Said }).countersign
  }
  return undefined
}
