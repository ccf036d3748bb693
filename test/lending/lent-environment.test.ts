/**
 * A tool server that is a child process is called with a credential in its environment: one child for each call, with
 * that call's own. Servers like it print their environment on many occasions.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { boundedBroker } from '../../src/adapters/bounded-broker.ts'
import { fieldsOf } from '../../src/lease/material.ts'
import type { CredentialBroker } from '../../src/lease/ports.ts'
import { type AgentClient, connectAgent } from '../harness/agent-client.ts'
import { ENTRIES, reviewAll } from '../harness/any-tools.ts'
import { mintingBroker } from '../harness/minting-broker.ts'
import { decide } from '../harness/people.ts'
import { type Plane, startPlane, taskToken } from '../harness/plane.ts'
import { heardEvents, keptLog, leaksIn, readChannels } from './channels.ts'
import { takeBack } from './world.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-spill-'))
const seenFile = join(folder, 'seen')

type Seen = { readonly what: 'start' | 'call'; readonly pid: number; readonly token: string | null }

const seen = (): readonly Seen[] =>
  readFileSync(seenFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

const lent: string[] = []
const mint = mintingBroker(Date.now)
/** Remembers what it lent. */
const broker: CredentialBroker = {
  ...mint,
  issue: async (request, signal) => {
    const issued = await mint.issue(request, signal)
    lent.push(fieldsOf(issued.material).token ?? '')
    return issued
  },
}

const kept = keptLog()
const out: Record<string, string> = {}
let plane: Plane
let agent: AgentClient

beforeAll(async () => {
  const config = {
    id: 'edr',
    transport: 'stdio' as const,
    command: process.execPath,
    args: [resolve(import.meta.dirname, 'fixture-spill-mcp.ts')],
    env: { SEEN_FILE: seenFile },
    trustsShippedEntries: false,
  }
  const placement = { kind: 'environment' as const, variables: { EDR_TOKEN: 'token' } }
  const rule = { upstream: 'edr', tools: ['*'], broker: 'mint', placement, audience: 'edr' }
  plane = await startPlane({
    upstreams: [config],
    brokers: [boundedBroker(broker)],
    config: { lending: [{ ...rule, maxTtlMs: 60_000 }] },
    log: kept.log,
  })
  const { read: look, block, unblock } = ENTRIES
  const tools = Object.entries({ look, block, unblock }).map(([name, entry]) => ({ name, entry }))
  await reviewAll(plane, { config, tools })
  const events = await heardEvents(plane)
  agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane))
  const say = async (name: string, tool: string, args: Record<string, unknown>) => {
    const meta = { progressToken: name, 'io.modelcontextprotocol/logLevel': 'debug' }
    const result = await agent.call(tool, { target: 'web-1', ...args }, meta).catch(inspect)
    out[name] = JSON.stringify(result)
    return result
  }
  await say('result', 'edr__look', {})
  await say('tool error', 'edr__look', { how: 'fail' })
  await say('protocol error', 'edr__look', { how: 'rpc_error' })
  await say('a child that dies', 'edr__look', { how: 'exit' })
  const older = await connectAgent(plane.gateway.baseUrl, await taskToken(plane), 'legacy-v1')
  const answer = await older.call('edr__look', { target: 'web-1', how: 'fail' }).catch(inspect)
  out['older client'] = JSON.stringify(answer)
  await older.close()
  await say('held', 'edr__block', { target: '203.0.113.9' })
  const approval = /approval_id\\?":\\?"([0-9a-f-]+)/.exec(out.held ?? '')?.[1] ?? ''
  await decide(plane, plane.dana, 'approve', approval)
  await say('approved', 'edr__block', { target: '203.0.113.9' })
  out.listing = JSON.stringify(await agent.tools())
  await takeBack({ plane })
  Object.assign(out, await readChannels(plane), { events: await events(), logs: kept.text() })
}, 60_000)
afterAll(async () => {
  await agent?.close()
  await plane?.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('a secret in the environment of a child', () => {
  it('is lent anew for each call, to a child of its own that has ended with it, and no other [R31]', async () => {
    const calls = seen().filter(({ what }) => what === 'call')
    expect(calls.map(({ token }) => token)).toEqual(lent)
    expect(new Set(lent).size).toBe(6)
    expect(new Set(calls.map(({ pid }) => pid)).size).toBe(6)
    const starts = seen().filter(({ what }) => what === 'start')
    expect(starts.map(({ token }) => token)).toEqual([null, ...lent])
    const holders = seen().filter(({ token }) => token !== null)
    await vi.waitFor(() => expect(holders.filter(({ pid }) => isAlive(pid))).toEqual([]), 10_000)
    expect(mint.alive()).toEqual([])
  })

  it('is not in the environment of the child that lists the tools', () => {
    const [first] = seen()
    expect(first).toMatchObject({ what: 'start', token: null })
    const lister = seen().filter(({ pid }) => pid === first?.pid)
    expect(lister.map(({ what }) => what)).toEqual(['start'])
  })

  it('is in nothing the child says, nor in anything that came out, was logged, kept or exported [R26]', () => {
    for (const name of ['result', 'tool error', 'protocol error', 'older client', 'approved']) {
      expect(out[name]).toContain('[credential removed]')
    }
    expect(Object.keys(out).length).toBeGreaterThan(18)
    expect(leaksIn(out, lent)).toEqual([])
  })
})
