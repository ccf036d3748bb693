/** A client with the Tasks extension: the SDK client, and the extension's own session on top of it. */
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import {
  createTaskSessionFromClient,
  type RawClientDispatch,
} from '@modelcontextprotocol/ext-tasks/client'
import { postBytes } from './mcp-wire.ts'

const WHO = { name: 'task-agent', version: '1' }
export const TASKS = { extensions: { 'io.modelcontextprotocol/tasks': {} } }

export async function openTaskClient(url: string, token: string) {
  const client = new Client(WHO, { capabilities: TASKS, versionNegotiation: { mode: 'auto' } })
  const headers = { Authorization: `Bearer ${token}` }
  await client.connect(
    new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }),
  )
  const session = createTaskSessionFromClient(client, {
    endpointId: url,
    rawDispatch: dispatchTo(url, token),
    v2RequestFraming: {
      protocolVersion: '2026-07-28',
      clientInfo: WHO,
      clientCapabilities: TASKS,
    },
  })
  const close = async () => {
    await session.close()
    await client.close()
  }
  return { session, close }
}

/** The extension frames its requests; this only carries them. */
function dispatchTo(url: string, token: string): RawClientDispatch {
  let id = 0
  return async (request) => {
    const { method, params } = request as {
      method: string
      params: { name?: string; taskId?: string }
    }
    id += 1
    const message = JSON.stringify({ jsonrpc: '2.0', id, method, params })
    const { body } = await postBytes(url, token, message, {
      'mcp-protocol-version': '2026-07-28',
      'mcp-method': method,
      'mcp-name': params.name ?? params.taskId,
    })
    if (body.error !== undefined) return { kind: 'error', error: body.error as never }
    return { kind: 'result', result: body.result as never }
  }
}
