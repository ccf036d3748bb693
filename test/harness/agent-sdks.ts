/** Agent frameworks as people really use them, each reduced to one verb: call a tool, read the text the model gets. */
import { createMCPClient } from '@ai-sdk/mcp'
import { MultiServerMCPClient } from '@langchain/mcp-adapters'
import { MCPServerStreamableHttp } from '@openai/agents-core'

export type SdkAgent = {
  /** The text the framework hands to its model. */
  readonly call: (tool: string, args: Record<string, unknown>) => Promise<string>
  readonly close: () => Promise<void>
}

type Open = (url: string, token: string) => Promise<SdkAgent>

export const AGENT_SDKS: Readonly<Record<string, Open>> = {
  '@openai/agents-core': async (url, token) => {
    const server = new MCPServerStreamableHttp({
      url,
      name: 'countersign',
      requestInit: { headers: { Authorization: `Bearer ${token}` } },
    })
    await server.connect()
    await server.listTools()
    return {
      call: async (tool, args) => textOf(await server.callTool(tool, args)),
      close: () => server.close(),
    }
  },
  '@ai-sdk/mcp': async (url, token) => {
    const headers = { Authorization: `Bearer ${token}` }
    const client = await createMCPClient({ transport: { type: 'http', url, headers } })
    const tools = await client.tools()
    return {
      call: async (tool, args) => {
        const made = tools[tool]
        if (made === undefined) throw new Error(`no tool ${tool}`)
        const options = { toolCallId: 'call-1', messages: [] }
        return textOf(await made.execute(args as never, options as never))
      },
      close: () => client.close(),
    }
  },
  '@langchain/mcp-adapters': async (url, token) => {
    const client = new MultiServerMCPClient({
      mcpServers: { gate: { url, headers: { Authorization: `Bearer ${token}` } } },
      prefixToolNameWithServerName: false,
      throwOnLoadError: true,
    })
    const tools = await client.getTools()
    return {
      call: async (name, args) => {
        const tool = tools.find((each) => each.name === name)
        if (tool === undefined) throw new Error(`no tool ${name}`)
        // The adapter throws what a tool reports as an error; the agent loop hands the message to the model.
        return tool.invoke(args).then(textOf, (error: Error) => error.message)
      },
      close: () => client.close(),
    }
  },
}

/** Whatever shape the framework wraps it in, the text is what a model sees. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value).replaceAll('\\"', '"')
}
