/** One and the same call as every target gets it: a read of a log over MCP 2026-07-28, Streamable HTTP. */
import type { IncomingHttpHeaders } from 'node:http'

export const TOOL = 'search_events'
/** What the fixture's answer starts with, so that a refusal is never counted as an answer. */
export const ANSWER_MARK = 'sshd[24200]: Failed password'

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'bench', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

export type WireRequest = {
  readonly headers: IncomingHttpHeaders
  readonly body: (id: number) => Buffer
}

/** `name` is the tool as this target exposes it. Every request asks for another host, like real ones. */
export function readCall(name: string, token: string): WireRequest {
  return {
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': 'tools/call',
      'mcp-name': name,
      ...(token === '' ? {} : { authorization: `Bearer ${token}` }),
    },
    body: (id) => {
      const args = { target: `host-${id % 97}`, from: '2026-06-01T00:00:00Z', limit: 20 }
      const params = { name, arguments: args, _meta: ENVELOPE }
      return Buffer.from(JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params }))
    },
  }
}
