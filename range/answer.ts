/** The two shapes in which a tool of the range answers. */
import type { CallToolResult } from '@modelcontextprotocol/server'

/** A result as structured content, with the same JSON as text for clients that read only text. */
export function answer(value: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(value) }], structuredContent: value }
}

/** The tool could not do what was asked; `why` is one sentence for the caller. */
export function refuse(why: string): CallToolResult {
  return { content: [{ type: 'text', text: why }], isError: true }
}
