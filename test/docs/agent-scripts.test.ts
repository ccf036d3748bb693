import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TENANT } from '../../src/wiring.ts'
import { connectAgent } from '../harness/agent-client.ts'
import { type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { decide } from '../harness/people.ts'
import { addAgent, type TestAgent } from '../harness/plane.ts'

const GUIDES = resolve(import.meta.dirname, '../../docs/guides')
const folder = mkdtempSync(join(tmpdir(), 'countersign-guide-'))
const children: ChildProcess[] = []
let net: NetPlane
let agents = 0

beforeAll(async () => {
  net = await startNetPlane()
})
afterAll(async () => {
  for (const child of children) child.kill()
  await net.plane.close()
  rmSync(folder, { recursive: true, force: true })
})

/** What tells a script of the guide who it is. */
function environmentOf(agent: TestAgent): Record<string, string> {
  const keyFile = join(folder, `${agent.id}.jwk`)
  writeFileSync(keyFile, JSON.stringify(agent.privateKey.export({ format: 'jwk' })))
  return {
    COUNTERSIGN_URL: net.plane.gateway.baseUrl,
    AGENT_KEY: keyFile,
    AGENT_SUBJECT: agent.subject,
    AGENT_CASE: 'INC-482',
  }
}

/** A script of the guide, with an agent of its own. */
async function start(script: string, ...args: readonly string[]) {
  const agent = await addAgent(net.plane.gateway, `guide-${++agents}`, net.plane.alex)
  const env = { ...process.env, ...environmentOf(agent) }
  const child = spawn(process.execPath, [join(GUIDES, 'agent', script), ...args], { env })
  children.push(child)
  const ended = Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')])
  return { agent, ended: ended.then(([out, err]) => ({ out, err, code: child.exitCode })) }
}

async function pendingOf(agent: TestAgent): Promise<string> {
  const { approvals } = net.plane.gateway.parts.store
  const find = async () =>
    (await approvals.list(TENANT, 'pending')).find((request) => request.agent === agent.id)?.id
  await expect.poll(find, { timeout: 15_000 }).toBeDefined()
  return (await find()) ?? ''
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  return port
}

describe('the scripts of the guide for agent authors', () => {
  it('list, read, wait for a person and get the result, in one task', async () => {
    const target = net.address()
    const args = JSON.stringify({ target })
    const { agent, ended } = await start('agent.mjs', 'net__look', args, 'net__block', args)
    await decide(net.plane, net.plane.dana, 'approve', await pendingOf(agent))
    const { out, err, code } = await ended
    expect([err, code]).toEqual([expect.stringMatching(/^task [0-9a-f-]{36}\n$/), 0])
    expect(out).toContain('countersign_await\n')
    expect(out).toContain('waits for approval by shift-lead')
    expect(net.ran(target)).toBe(2)
  })

  it('print a token that the gateway takes', async () => {
    const { ended } = await start('token.mjs')
    const client = await connectAgent(net.plane.gateway.baseUrl, (await ended).out.trim(), 'modern')
    expect((await client.call('net__look', { target: 'web-14' })).isError ?? false).toBe(false)
    await client.close()
  })

  it.each(['modern', 'legacy-v1'] as const)('let a client without a token in (%s)', async (era) => {
    const port = await freePort()
    await start('forward.mjs', String(port))
    const base = `http://127.0.0.1:${port}`
    const isUp = () =>
      fetch(base).then(
        () => true,
        () => false,
      )
    await expect.poll(isUp, { timeout: 15_000 }).toBe(true)
    const client = await connectAgent(base, 'none', era)
    expect((await client.call('net__look', { target: 'web-14' })).isError ?? false).toBe(false)
    await client.close()
  })

  it.each(['modern', 'legacy'] as const)(
    'speak to a client that starts a program (%s)',
    async (era) => {
      const agent = await addAgent(net.plane.gateway, `guide-${++agents}`, net.plane.alex)
      const who = { name: 'desk', version: '1' }
      const mode = era === 'modern' ? ('auto' as const) : ('legacy' as const)
      const client = new Client(who, { versionNegotiation: { mode } })
      const script = join(GUIDES, 'agent', 'stdio.mjs')
      const env = environmentOf(agent)
      await client.connect(
        new StdioClientTransport({ command: process.execPath, args: [script], env }),
      )
      expect((await client.listTools()).tools.map(({ name }) => name)).toContain('net__look')
      const target = net.address()
      const call = (name: string) => client.callTool({ name, arguments: { target } })
      expect((await call('net__look')).isError ?? false).toBe(false)
      expect(JSON.stringify(await call('net__block'))).toContain('pending_approval')
      await decide(net.plane, net.plane.dana, 'approve', await pendingOf(agent))
      expect((await call('net__block')).isError ?? false).toBe(false)
      expect(net.ran(target)).toBe(2)
      await client.close()
    },
  )

  it('stand in the guide as they are', () => {
    const guide = readFileSync(join(GUIDES, 'connect-an-agent.md'), 'utf8')
    expect(guide).toContain(readFileSync(join(GUIDES, 'agent', 'token.mjs'), 'utf8'))
  })
})
