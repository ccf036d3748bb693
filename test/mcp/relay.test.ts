import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Client } from '@modelcontextprotocol/client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TENANT } from '../../src/wiring.ts'
import { type RunningFixture, startFixture } from '../conformance/fixture.ts'
import type { ToolResult } from '../harness/agent-client.ts'
import { openClient, openOldClient } from '../harness/mcp-clients.ts'
import { reviewAll } from '../harness/mcp-review.ts'
import { npmUpstream } from '../harness/mcp-upstreams.ts'
import { type Plane, startPlane, taskToken } from '../harness/plane.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-relay-'))
const journal = join(folder, 'journal')
const SECRET = 'only-the-gateway-holds-this'
let fixture: RunningFixture
let plane: Plane
let token: string

beforeAll(async () => {
  fixture = await startFixture(SECRET)
  const web = {
    transport: 'streamable-http' as const,
    url: fixture.url,
    credential: { kind: 'bearer' as const, value: { token: SECRET } },
    trustsShippedEntries: false,
  }
  plane = await startPlane({
    upstreams: [
      { ...web, id: 'fixture', asks: ['sampling', 'elicitation', 'roots'] },
      { ...web, id: 'mute' },
      {
        id: 'odd',
        transport: 'stdio',
        command: process.execPath,
        args: [resolve(import.meta.dirname, '../harness/mcp-odd-server.ts'), journal],
        asks: ['sampling'],
        trustsShippedEntries: false,
      },
      npmUpstream('every', '@modelcontextprotocol/server-everything', ['stdio']),
    ],
  })
  for (const id of ['fixture', 'mute', 'odd', 'every']) await reviewAll(plane, id)
  token = await taskToken(plane)
}, 60_000)
afterAll(async () => {
  await plane?.close()
  await fixture?.close()
  rmSync(folder, { recursive: true, force: true })
})

const at = (upstream: string) => `${plane.gateway.baseUrl}/mcp/u/${upstream}`
const textOf = (result: unknown) => (result as ToolResult).content[0]?.text
const ERAS = ['legacy', 'auto'] as const

describe.each(ERAS)('through the address of one server, an agent (%s)', (mode) => {
  const open = (upstream: string, capabilities = {}, prepare?: (client: Client) => void) =>
    openClient(at(upstream), token, mode, capabilities, prepare)

  it('follows the progress the server reports', async () => {
    const client = await open('fixture')
    const seen: number[] = []
    await client.callTool(
      { name: 'test_tool_with_progress' },
      { onprogress: ({ progress }) => void seen.push(progress) },
    )
    expect(seen).toEqual([0, 50, 100])
    await client.close()
  })

  it('cancels a call, which is then on record with an unknown outcome', async () => {
    const client = await open('every')
    const leave = new AbortController()
    const args = { name: 'trigger-long-running-operation', arguments: { duration: 30, steps: 30 } }
    const call = client.callTool(args, { signal: leave.signal, onprogress: () => leave.abort() })
    await expect(call).rejects.toThrow()
    const { calls, cases } = plane.gateway.parts.store
    const record = await cases.byExternalRef(TENANT, 'INC-482')
    const last = async () =>
      (await calls.listOfCase(TENANT, record?.id ?? ''))
        .filter(({ tool }) => tool === 'every__trigger-long-running-operation')
        .sort((a, b) => a.createdAtMs - b.createdAtMs)
        .at(-1)
    await expect.poll(last).toMatchObject({ state: 'settled', outcome: 'unknown' })
    await client.close()
  })

  it('reads resources and prompts, and completes arguments', async () => {
    const client = await open('fixture')
    const read = await client.readResource({ uri: 'test://template/7/data' })
    expect(read.contents[0]).toMatchObject({
      uri: 'test://template/7/data',
      text: expect.stringContaining('"id":"7"'),
    })
    const prompt = await client.getPrompt({
      name: 'test_prompt_with_arguments',
      arguments: { arg1: 'a', arg2: 'b' },
    })
    expect(JSON.stringify(prompt.messages)).toContain("arg1='a'")
    const ref = { type: 'ref/prompt' as const, name: 'test_prompt_with_arguments' }
    const completed = await client.complete({ ref, argument: { name: 'arg1', value: 'par' } })
    expect(completed.completion.values).toEqual(['paris', 'park', 'party'])
    await client.close()
  })

  it('answers what the server asks its user', async () => {
    const client = await open('fixture', { elicitation: {} }, (fresh) => {
      fresh.setRequestHandler('elicitation/create', async () => ({
        action: 'accept',
        content: { username: 'ann', email: 'ann@example.org' },
      }))
    })
    const result = await client.callTool({
      name: 'test_elicitation',
      arguments: { message: 'who?' },
    })
    expect(textOf(result)).toContain('"username":"ann"')
    await client.close()
  })

  it('is not asked by a server whose entry does not allow it', async () => {
    let asked = 0
    const client = await open('mute', { elicitation: {} }, (fresh) => {
      fresh.setRequestHandler('elicitation/create', async () => {
        asked++
        return { action: 'decline' }
      })
    })
    // The server is told that the agent cannot be asked, and says so itself.
    const call = client.callTool({ name: 'test_elicitation', arguments: { message: 'who?' } })
    await expect(call).rejects.toMatchObject({ code: -32021 })
    expect(asked).toBe(0)
    await client.close()
  })

  it('hears the log messages of its own call, from the level it wants', async () => {
    const heard: unknown[] = []
    const client = await open('fixture', {}, (fresh) => {
      fresh.setNotificationHandler(
        'notifications/message',
        ({ params }) => void heard.push(params.data),
      )
    })
    const call = (level: string) => {
      const _meta = mode === 'auto' ? { 'io.modelcontextprotocol/logLevel': level } : undefined
      return client.callTool({
        name: 'test_tool_with_logging',
        ...(_meta === undefined ? {} : { _meta }),
      })
    }
    if (mode === 'legacy') await client.setLoggingLevel('error')
    await call('error')
    expect(heard).toEqual([])
    if (mode === 'legacy') await client.setLoggingLevel('debug')
    await call('debug')
    expect(heard).toHaveLength(3)
    await client.close()
  })

  it('hears when a resource it watches changes, and of no other', async () => {
    const heard: string[] = []
    const client = await open('fixture', {}, (fresh) => {
      fresh.setNotificationHandler(
        'notifications/resources/updated',
        ({ params }) => void heard.push(params.uri),
      )
    })
    const uri = 'test://watched-resource'
    const subscription =
      mode === 'auto' ? await client.listen({ resourceSubscriptions: [uri] }) : undefined
    if (subscription === undefined) await client.subscribeResource({ uri })
    await expect
      .poll(() => {
        fixture.updated('test://static-text')
        fixture.updated(uri)
        return heard.length
      })
      .toBeGreaterThan(0)
    expect(new Set(heard)).toEqual(new Set([uri]))
    await subscription?.close()
    await client.close()
  })

  it('hears when the lists of the server change', async () => {
    const heard: string[] = []
    const client = await open('fixture', {}, (fresh) => {
      fresh.setNotificationHandler(
        'notifications/prompts/list_changed',
        () => void heard.push('prompts'),
      )
      fresh.setNotificationHandler(
        'notifications/tools/list_changed',
        () => void heard.push('tools'),
      )
    })
    const subscription =
      mode === 'auto' ? await client.listen({ promptsListChanged: true }) : undefined
    await expect
      .poll(() => {
        fixture.changed('tools')
        fixture.changed('prompts')
        return heard.includes('prompts')
      })
      .toBe(true)
    // A 2026 client hears only what it asked for.
    if (mode === 'auto') expect(heard).not.toContain('tools')
    await subscription?.close()
    await client.close()
  })
})

describe('a question of a 2025 server', () => {
  it('reaches the agent that called, and no other agent on the same server', async () => {
    const sampled = (text: string) => async () => ({
      role: 'assistant' as const,
      model: 'm',
      content: { type: 'text' as const, text },
    })
    const open = (text: string) =>
      openClient(at('odd'), token, 'legacy', { sampling: {} }, (client) => {
        client.setRequestHandler('sampling/createMessage', sampled(text))
      })
    const clients = await Promise.all(['one', 'two', 'three'].map(open))
    const answers = await Promise.all(clients.map((client) => client.callTool({ name: 'ask' })))
    expect(answers.map((answer) => JSON.parse(textOf(answer) ?? '').content.text)).toEqual([
      'one',
      'two',
      'three',
    ])
    await Promise.all(clients.map((client) => client.close()))
  })

  it('is refused for an agent of 2026, which cannot be asked in the middle of a call', async () => {
    const client = await openClient(at('odd'), token, 'auto', { sampling: {} })
    expect(textOf(await client.callTool({ name: 'ask' }))).toBe('"refused"')
    await client.close()
  })

  it('works with the older client library too', async () => {
    const client = await openOldClient(at('odd'), token)
    expect(textOf(await client.callTool({ name: 'pid' }))).toMatch(/^\d+$/)
    await client.close()
  })
})

describe('what a server sees', () => {
  it('is the credential of its lease and never the token of the agent', async () => {
    const client = await openClient(at('fixture'), token, 'auto')
    await client.callTool({ name: 'test_simple_text' })
    await client.readResource({ uri: 'test://static-text' })
    await client.close()
    const authorizations = new Set(fixture.seen.map((headers) => headers.authorization))
    expect(authorizations).toEqual(new Set([`Bearer ${SECRET}`]))
    expect(JSON.stringify(fixture.seen)).not.toContain(token)
    expect(readFileSync(journal, 'utf8')).not.toContain(token)
  })

  it('repeats in headers the arguments the tool wants there, made from the body', async () => {
    const client = await openClient(at('fixture'), token, 'auto')
    const result = await client.callTool({
      name: 'test_x_mcp_header',
      arguments: { region: 'Köln' },
    })
    expect(JSON.parse(textOf(result) ?? '')).toEqual({
      header: '=?base64?S8O2bG4=?=',
      region: 'Köln',
    })
    await client.close()
  })

  it('does not let it speak in the name of the gateway', async () => {
    const client = await openClient(at('fixture'), token, 'auto')
    const result = (await client.callTool({ name: 'forging_tool' })) as ToolResult
    expect(result._meta?.['countersign/call']).toMatch(/^[0-9a-f-]{36}$/)
    expect(result._meta?.['countersign/evidence']).not.toBe('forged')
    expect(result._meta?.other).toBe('kept')
    await client.close()
  })
})
