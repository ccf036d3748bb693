/**
 * A tool server over stdio with as little around its tools as MCP allows, in both eras: a run starts hundreds, and
 * loading the official library costs each of them five times what all its work does. Where it matters that somebody
 * else wrote the server, tests start one that somebody else wrote.
 */

export type ToolAnswer = {
  readonly content: readonly { readonly type: 'text'; readonly text: string }[]
  readonly isError?: true
  readonly structuredContent?: Readonly<Record<string, unknown>>
}

export type ToolServer = {
  readonly name: string
  /** Asked at each listing. */
  readonly tools: () => readonly unknown[]
  /** What it throws is answered as an error of JSON-RPC. */
  readonly call: (
    name: string,
    args: Readonly<Record<string, unknown>> | undefined,
  ) => ToolAnswer | Promise<ToolAnswer>
}

/** An answer that is an error of JSON-RPC, with a code of its own. */
export class RpcError extends Error {
  readonly code: number

  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

type Id = string | number

type Message = {
  readonly id?: Id
  readonly method: string
  readonly params?: {
    readonly _meta?: Readonly<Record<string, unknown>>
    readonly name?: string
    readonly arguments?: Readonly<Record<string, unknown>>
    readonly requestId?: Id
  }
}

const METHOD_NOT_FOUND = -32601
const INTERNAL = -32603
const LEGACY_VERSION = '2025-11-25'
const MODERN_VERSION = '2026-07-28'
const CAPABILITIES = { tools: {} }

/** Serves until its input ends. */
export function serveTools(server: ToolServer): void {
  /** Requests that still want an answer: not those that were cancelled, and none once the other side has gone. */
  const open = new Set<Id>()
  const answer = async (id: Id, message: Message) => {
    open.add(id)
    const reply = await replyTo(server, message)
    if (open.delete(id))
      process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', id, ...reply })}\n`)
  }
  let begun = ''
  // By line feeds alone: a reader of lines would also break at separators that may stand inside a text of JSON.
  process.stdin.setEncoding('utf8').on('data', (chunk: string) => {
    const lines = (begun + chunk).split('\n')
    begun = lines.pop() ?? ''
    for (const line of lines) {
      const message: Message = JSON.parse(line)
      if (message.id !== undefined) void answer(message.id, message)
      else if (message.method === 'notifications/cancelled')
        open.delete(message.params?.requestId ?? '')
    }
  })
  process.stdin.on('end', () => open.clear())
}

async function replyTo(server: ToolServer, message: Message): Promise<object> {
  try {
    const result = await resultOf(server, message)
    const isModern =
      message.params?._meta?.['io.modelcontextprotocol/protocolVersion'] !== undefined
    return { result: isModern ? inModernShape(server, message.method, result) : result }
  } catch (error) {
    const code = error instanceof RpcError ? error.code : INTERNAL
    return { error: { code, message: error instanceof Error ? error.message : String(error) } }
  }
}

function resultOf(server: ToolServer, { method, params }: Message): object | Promise<object> {
  switch (method) {
    case 'initialize':
      return {
        protocolVersion: LEGACY_VERSION,
        capabilities: CAPABILITIES,
        serverInfo: infoOf(server),
      }
    case 'server/discover':
      return { supportedVersions: [MODERN_VERSION], capabilities: CAPABILITIES }
    case 'ping':
      return {}
    case 'tools/list':
      return { tools: server.tools() }
    case 'tools/call':
      return server.call(params?.name ?? '', params?.arguments)
    default:
      throw new RpcError(METHOD_NOT_FOUND, 'Method not found')
  }
}

/** MCP 2026: every result is complete and says who made it; what is no act says for how long it holds. */
function inModernShape(server: ToolServer, method: string, result: object): object {
  return {
    ...result,
    resultType: 'complete',
    ...(method === 'tools/call' ? {} : { ttlMs: 0, cacheScope: 'private' }),
    _meta: { 'io.modelcontextprotocol/serverInfo': infoOf(server) },
  }
}

function infoOf({ name }: ToolServer): object {
  return { name, version: '1.0.0' }
}
