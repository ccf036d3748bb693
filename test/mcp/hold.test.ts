import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TENANT } from '../../src/wiring.ts'
import { saidBy, type ToolResult } from '../harness/agent-client.ts'
import { openClient } from '../harness/mcp-clients.ts'
import { type ServedFace, serveFace } from '../harness/mcp-face.ts'
import { postModern } from '../harness/mcp-wire.ts'
import { type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { decide, rest } from '../harness/people.ts'
import { addAgent, taskToken } from '../harness/plane.ts'

let net: NetPlane
let face: ServedFace
let agents = 0

beforeAll(async () => {
  net = await startNetPlane()
  face = await serveFace(net.plane, { holdMs: 20_000, heartbeatMs: 20 })
}, 60_000)
afterAll(async () => {
  await face?.close()
  await net?.plane.close()
})

/** A fresh agent, its token, and a call that a person must release, on a target nobody touched before. */
async function newCaller() {
  agents++
  const { gateway, alex } = net.plane
  const agent = await addAgent(gateway, `holding-${agents}`, alex)
  const target = net.address()
  const call = { name: 'net__block', arguments: { target } }
  return { agent, target, call, token: await taskToken(net.plane, 'respond', {}, agent) }
}

/** The id of the agent's one pending request, once it is there. */
async function pendingOf(agent: string): Promise<string> {
  const { approvals } = net.plane.gateway.parts.store
  const find = async () =>
    (await approvals.list(TENANT, 'pending')).find((request) => request.agent === agent)?.id
  await expect.poll(find).toBeDefined()
  return (await find()) ?? ''
}

/** All entries of the call that waited for the request, in the order of the log. */
async function storyOf(approval: string) {
  const asked = await rest(net.plane, net.plane.dana, 'GET', `/api/v1/approvals/${approval}`)
  const path = `/api/v1/cases/${asked.body.case}/timeline`
  const { body } = await rest(net.plane, net.plane.dana, 'GET', path)
  const { entries } = body as unknown as { entries: { call?: string; at_ms: number }[] }
  return entries.filter(({ call }) => call === asked.body.call)
}

describe.each(['legacy', 'auto'] as const)('while a person decides, an agent (%s)', (mode) => {
  it('hears that its call is alive, and gets the result in the same response', async () => {
    const { agent, token, call, target } = await newCaller()
    const client = await openClient(face.url, token, mode)
    const seen: number[] = []
    const result = client.callTool(call, { onprogress: ({ progress }) => void seen.push(progress) })
    const id = await pendingOf(agent.id)
    await expect.poll(() => seen.length).toBeGreaterThan(3)
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => a - b))
    await decide(net.plane, net.plane.dana, 'approve', id)
    expect(saidBy((await result) as ToolResult)).toBeUndefined()
    expect(net.ran(target)).toBe(1)
    const times = (await storyOf(id)).map(({ at_ms: atMs }) => atMs)
    expect(times.length).toBeGreaterThan(5)
    expect(times, 'what comes later is later').toEqual(times.toSorted((a, b) => a - b))
    await client.close()
  })

  it('outlives its own time limit by the heartbeat alone', async () => {
    const { agent, token, call, target } = await newCaller()
    const client = await openClient(face.url, token, mode)
    let beats = 0
    const onprogress = () => void beats++
    const patience = { timeout: 2_000, resetTimeoutOnProgress: true, onprogress }
    const result = client.callTool(call, patience)
    const id = await pendingOf(agent.id)
    // 110 beats of 20 ms are longer than the limit, which no busy machine reaches between two of them.
    await expect.poll(() => beats, { timeout: 10_000 }).toBeGreaterThan(110)
    await decide(net.plane, net.plane.dana, 'deny', id, 'our own scanner')
    expect(saidBy((await result) as ToolResult)).toMatchObject({ code: 'approval_denied' })
    expect(net.ran(target)).toBe(0)
    await client.close()
  })

  it.each(['cancels its call', 'breaks its connection'])(
    'that %s leaves nothing done and the question asked; a yes runs the call when it comes back',
    async (how) => {
      const { agent, token, call, target } = await newCaller()
      const client = await openClient(face.url, token, mode)
      const leave = new AbortController()
      const options = { signal: leave.signal, onprogress: () => {} }
      const left = client.callTool(call, options).catch(() => 'left')
      const id = await pendingOf(agent.id)
      if (how === 'cancels its call') leave.abort()
      else await client.close()
      expect(await left).toBe('left')
      await decide(net.plane, net.plane.dana, 'approve', id)
      expect(net.ran(target)).toBe(0)
      const back = await openClient(face.url, token, mode)
      expect(saidBy((await back.callTool(call)) as ToolResult)).toBeUndefined()
      expect(net.ran(target)).toBe(1)
      await back.close()
      await client.close()
    },
  )
})

describe('an agent that asks for no progress', () => {
  it('gets one plain JSON answer and nothing before it', async () => {
    const { token, call } = await newCaller()
    const meta = { 'countersign/hold_ms': 100 }
    const answer = await postModern(face.url, token, 'tools/call', call, { meta })
    expect(answer.headers.get('content-type')).toBe('application/json')
    const said = saidBy(answer.body.result as unknown as ToolResult)
    expect(said).toMatchObject({ status: 'pending_approval' })
  })
})
