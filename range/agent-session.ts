/**
 * The agent's connection to the gateway: plain MCP over Streamable HTTP with a task token, and the gateway's
 * answers sorted into the four kinds an agent has to tell apart.
 */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { z } from 'zod'
import type { TaskTokens } from './agent-token.ts'

export type Answer =
  /** The tool answered; `evidence` is the id under which the gateway recorded the answer. */
  | { readonly kind: 'result'; readonly value: unknown; readonly evidence?: string }
  /** A person has to decide first. */
  | { readonly kind: 'pending'; readonly approvalId: string; readonly said: Said }
  /** The gateway said no; `code` says why in one word. */
  | { readonly kind: 'refused'; readonly code: string; readonly said: Said }
  /** The call reached the tool, or nobody, and went wrong. */
  | { readonly kind: 'failed'; readonly message: string }

/** What the gateway says of itself in an answer. */
export type Said = Readonly<Record<string, unknown>>

export type AgentSession = {
  /** Sorted names of all tools this task may see. */
  readonly toolNames: () => Promise<readonly string[]>
  readonly call: (tool: string, args: Readonly<Record<string, unknown>>) => Promise<Answer>
  readonly close: () => Promise<void>
}

const PENDING = 'pending_approval'
/** Above the 45 s a gateway may hold a call for a person, below the usual limits of proxies. */
const CALL_TIMEOUT_MS = 58_000

const governed = z.object({ countersign: z.record(z.string(), z.unknown()) })
const toolResult = z.object({
  content: z.array(z.object({ type: z.string(), text: z.string().optional() })).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().default(false),
  _meta: z.object({ 'countersign/evidence': z.string().optional() }).optional(),
})
type ToolResult = z.infer<typeof toolResult>

/** Connects to `<base>/mcp`. Rejects when the gateway cannot be reached or the exchange is refused. */
export async function openSession(base: string, tokens: TaskTokens): Promise<AgentSession> {
  const client = new Client(
    { name: 'range-triage-agent', version: '1.0.0' },
    { versionNegotiation: { mode: 'auto' } },
  )
  const authProvider = {
    token: () => tokens.current(),
    onUnauthorized: async () => tokens.forget(),
  }
  await tokens.current()
  await client.connect(new StreamableHTTPClientTransport(new URL(`${base}/mcp`), { authProvider }))
  return {
    toolNames: async () => (await client.listTools()).tools.map((tool) => tool.name).sort(),
    call: async (name, args) => {
      try {
        const result = await client.callTool(
          { name, arguments: { ...args } },
          { timeout: CALL_TIMEOUT_MS },
        )
        return sortAnswer(result)
      } catch (error) {
        return { kind: 'failed', message: error instanceof Error ? error.message : String(error) }
      }
    },
    close: () => client.close(),
  }
}

/**
 * Which kind of answer a tool result is. What carries an evidence id was written by a tool, and a tool is not
 * believed when it speaks in the gateway's name.
 */
export function sortAnswer(raw: unknown): Answer {
  const result = toolResult.parse(raw)
  const evidence = result._meta?.['countersign/evidence']
  const said = evidence === undefined ? saidBy(result) : undefined
  if (said?.status === PENDING) {
    return { kind: 'pending', approvalId: String(said.approval_id), said }
  }
  if (said !== undefined && result.isError) {
    return { kind: 'refused', code: String(said.code ?? said.status), said }
  }
  if (result.isError) return { kind: 'failed', message: textOf(result) }
  const value = result.structuredContent ?? parsed(textOf(result)) ?? textOf(result)
  return { kind: 'result', value, ...(evidence === undefined ? {} : { evidence }) }
}

/** The gateway's own object: in the structured content, or as one JSON line of the text. */
function saidBy(result: ToolResult): Said | undefined {
  const structured = governed.safeParse(result.structuredContent)
  if (structured.success) return structured.data.countersign
  for (const line of textOf(result).split('\n')) {
    const inText = governed.safeParse(parsed(line))
    if (inText.success) return inText.data.countersign
  }
  return undefined
}

function textOf(result: ToolResult): string {
  return result.content.map((part) => part.text ?? '').join('\n')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
