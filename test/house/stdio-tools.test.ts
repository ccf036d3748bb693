import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, describe, expect, it } from 'vitest'
import { anyTools } from '../harness/any-tools.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-stdio-tools-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each([
  ['2026-07-28', 'auto'],
  ['2025-11-25', 'legacy'],
] as const)(
  'a tool server that tests start beside the gateway, asked in MCP %s',
  (version, mode) => {
    const { config, calls, reached } = anyTools(version, folder, [{ name: 'block' }])

    it('is understood by the official client', async () => {
      if (config.transport !== 'stdio') throw new Error('it is started as a child')
      const { command, args = [], env = {} } = config
      const client = new Client({ name: 'test', version: '1' }, { versionNegotiation: { mode } })
      await client.connect(new StdioClientTransport({ command, args: [...args], env }))
      expect(client.getNegotiatedProtocolVersion()).toBe(version)
      expect((await client.listTools()).tools).toMatchObject([
        { name: 'block', description: 'Does block.', inputSchema: { type: 'object' } },
      ])
      const call = (args: Record<string, unknown>, signal?: AbortSignal) =>
        client.callTool({ name: 'block', arguments: args }, signal === undefined ? {} : { signal })

      // U+2028 ends a line for many readers of lines, and may stand in a text of JSON.
      const says = 'over\u2028there'
      expect(await call({ says })).toMatchObject({ content: [{ type: 'text', text: says }] })
      expect(await call({ fail: true })).toMatchObject({ isError: true })
      await expect(call({ rpc_error: 'no' })).rejects.toMatchObject({ code: -32000, message: 'no' })
      await expect(client.request({ method: 'resources/list' })).rejects.toMatchObject({
        code: -32601,
      })

      const strange: Error[] = []
      client.onerror = (error) => strange.push(error)
      const leave = new AbortController()
      const left = call({ target: 'left', wait_ms: 50 }, leave.signal)
      await reached('block', 'left')
      leave.abort()
      await expect(left).rejects.toThrow()
      // This one is asked later and waits as long, so the answer to the one before would have come by now.
      await call({ target: 'after', wait_ms: 50 })
      expect(strange).toEqual([])
      expect(calls().map(({ arguments: { target } }) => target ?? '')).toEqual([
        ...['', '', '', 'left', 'after'],
      ])
      await client.close()
    })
  },
)
