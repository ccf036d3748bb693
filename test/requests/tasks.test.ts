import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startGateway } from '../../src/main.ts'
import { saidBy, type ToolResult } from '../harness/agent-client.ts'
import { decideGroup } from '../harness/groups.ts'
import { postModern } from '../harness/mcp-wire.ts'
import { type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { decide, rest } from '../harness/people.ts'
import { addAgent, expectSoundLedger, taskToken } from '../harness/plane.ts'
import { runOut } from '../harness/run-out.ts'
import { openTaskClient, TASKS } from '../harness/task-client.ts'

let net: NetPlane
let agents = 0

beforeAll(async () => {
  net = await startNetPlane()
}, 60_000)
afterAll(() => net.plane.close())

async function newToken(): Promise<string> {
  agents += 1
  const agent = await addAgent(net.plane.gateway, `task-agent-${agents}`, net.plane.alex)
  return taskToken(net.plane, 'respond', {}, agent)
}

type Task = Readonly<Record<string, unknown>> & { readonly taskId: string }

/** Raw requests of one agent, as the extension says they look on the wire. */
function wire(token: string, capabilities: object = TASKS) {
  const url = `${net.plane.gateway.baseUrl}/mcp`
  const meta = { 'io.modelcontextprotocol/clientCapabilities': capabilities }
  const send = async (method: string, params: Record<string, unknown>, more: object = {}) => {
    const headers = 'taskId' in params ? { 'mcp-name': String(params.taskId) } : {}
    return postModern(url, token, method, params, { headers, meta: { ...meta, ...more } })
  }
  return {
    send,
    block: async (target: string, more: object = {}) => {
      const params = { name: 'net__block', arguments: { target } }
      return (await send('tools/call', params, more)).body.result as Task
    },
    get: async (taskId: string) => (await send('tasks/get', { taskId })).body.result as Task,
  }
}

const settled = async (get: () => Promise<Task>): Promise<Task> => {
  await expect.poll(async () => (await get()).status, { timeout: 10_000 }).not.toBe('working')
  return get()
}

describe('a client that declares the Tasks extension', () => {
  it('gets a handle and nothing else for a call that waits for a person', async () => {
    const { block, send } = wire(await newToken())
    for (const more of [{}, { progressToken: 7 }]) {
      const task = await block(net.address(), more)
      expect(task).toMatchObject({
        resultType: 'task',
        status: 'working',
        statusMessage: 'awaiting approval by shift-lead',
        pollIntervalMs: 2_000,
      })
      expect(task).not.toHaveProperty('content')
      expect(task.ttlMs).toBeGreaterThan(0)
    }
    const read = await send('tools/call', { name: 'net__look', arguments: { target: 'host-1' } })
    expect(read.body.result).toMatchObject({ resultType: 'complete' })
  })

  it('has its call run on approval, also when it does not ask, and reads the result', async () => {
    const { block, get } = wire(await newToken())
    const target = net.address()
    const { taskId } = await block(target)
    await decide(net.plane, net.plane.dana, 'approve', taskId)
    await expect.poll(() => net.ran(target), { timeout: 10_000 }).toBe(1)
    const done = await settled(() => get(taskId))
    expect(done).toMatchObject({
      status: 'completed',
      result: { resultType: 'complete', content: [{ text: 'block done' }] },
    })
    expect(await get(taskId)).toEqual(done)
    expect(net.ran(target)).toBe(1)
  })

  it.each([
    ['denied', 'deny', { reason: 'our scanner' }, 'approval_denied', 'our scanner'],
    ['cancelled', 'cancel', { reason: 'wrong case' }, 'approval_cancelled', 'wrong case'],
    [
      'modified',
      'modify',
      { reason: 'narrower', arguments: { target: '192.0.2.1' } },
      'approval_modified',
      'narrower',
    ],
  ] as const)(
    'reads that its call was %s as a completed task that says no',
    async (_how, verb, body, code, detail) => {
      const { block, get } = wire(await newToken())
      const target = net.address()
      const { taskId } = await block(target)
      const shown = (await rest(net.plane, net.plane.dana, 'GET', `/api/v1/approvals/${taskId}`))
        .body
      const seen = verb === 'cancel' ? {} : { seen_digest: shown.action_digest }
      await rest(net.plane, net.plane.dana, 'POST', `/api/v1/approvals/${taskId}/${verb}`, {
        ...body,
        ...seen,
      })
      const task = await get(taskId)
      expect(task).toMatchObject({ status: 'completed', result: { isError: true } })
      expect(saidBy(task.result as ToolResult)).toMatchObject({ code, detail })
      expect(net.ran(target)).toBe(0)
    },
  )

  it('has several calls released by one decision for the group', async () => {
    const { block, get } = wire(await newToken())
    const targets = [net.address(), net.address()]
    const ids: string[] = []
    for (const target of targets) ids.push((await block(target)).taskId)
    expect((await decideGroup(net.plane, net.plane.dana, 'approve', ids)).status).toBe(200)
    for (const id of ids) {
      expect(await settled(() => get(id))).toMatchObject({
        status: 'completed',
        result: { content: [{ text: 'block done' }] },
      })
    }
    expect(targets.map(net.ran)).toEqual([1, 1])
  })

  it('reads that nobody decided in time', async () => {
    const { block, get } = wire(await newToken())
    const target = net.address()
    const { taskId } = await block(target)
    await runOut(net.plane, taskId)
    const task = await settled(() => get(taskId))
    expect(task).toMatchObject({ status: 'completed', result: { isError: true } })
    expect(saidBy(task.result as ToolResult)).toMatchObject({ code: 'approval_expired' })
    expect(net.ran(target)).toBe(0)
  })

  it('withdraws its request by cancelling the task', async () => {
    const { block, get, send } = wire(await newToken())
    const { taskId } = await block(net.address())
    expect((await send('tasks/cancel', { taskId })).body).not.toHaveProperty('error')
    expect(await get(taskId)).toMatchObject({ status: 'cancelled' })
    expect((await decide(net.plane, net.plane.dana, 'approve', taskId)).body.code).toBe(
      'approval_closed',
    )
    // Cancelling what is over is taken and changes nothing.
    expect((await send('tasks/cancel', { taskId })).body).not.toHaveProperty('error')
    expect((await send('tasks/update', { taskId, inputResponses: {} })).body).not.toHaveProperty(
      'error',
    )
  })

  it('may not read or cancel the task of another agent, and hears the same as of none', async () => {
    const { block, get } = wire(await newToken())
    const { taskId } = await block(net.address())
    const stranger = wire(await newToken())
    for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update']) {
      const { body } = await stranger.send(method, { taskId, inputResponses: {} })
      expect(body.error).toMatchObject({ code: -32_602, message: 'There is no such task' })
    }
    expect(await get(taskId)).toMatchObject({ status: 'working' })
  })

  it('is served by the client library of the extension', async () => {
    const url = `${net.plane.gateway.baseUrl}/mcp`
    const { session, close } = await openTaskClient(url, await newToken())
    const target = net.address()
    const execution = await session.callTool('net__block', { target })
    const { approvals } = net.plane.gateway.parts.store
    const pending = await approvals.list('main', 'pending')
    const mine = pending.find(
      ({ state, createdAtMs }) =>
        state === 'pending' && createdAtMs > 0 && pending.at(-1)?.createdAtMs === createdAtMs,
    )
    await decide(net.plane, net.plane.dana, 'approve', mine?.id ?? '')
    const { outcome } = await execution.settle()
    expect(JSON.stringify(outcome)).toContain('block done')
    expect(net.ran(target)).toBe(1)
    await close()
  }, 20_000)
})

describe('a client that does not declare it', () => {
  it('gets a pending result, and -32021 for every method of tasks', async () => {
    const token = await newToken()
    const { taskId } = await wire(token).block(net.address())
    const plain = wire(token, {})
    for (const method of ['tasks/get', 'tasks/cancel', 'tasks/update']) {
      const { body } = await plain.send(method, { taskId, inputResponses: {} })
      expect(body.error).toMatchObject({ code: -32_021 })
    }
    const answer = (
      await plain.send('tools/call', { name: 'net__block', arguments: { target: net.address() } })
    ).body
    expect(saidBy(answer.result as unknown as ToolResult)).toMatchObject({
      status: 'pending_approval',
    })
  })
})

describe('a restart', () => {
  it('loses no task: what was approved meanwhile runs once, what waits still waits', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'countersign-tasks-'))
    const own = await startNetPlane({ dataDir })
    const token = await taskToken(own.plane)
    const url = `${own.plane.gateway.baseUrl}/mcp`
    const meta = { 'io.modelcontextprotocol/clientCapabilities': TASKS }
    const targets = [own.address(), own.address()]
    const tasks: string[] = []
    for (const target of targets) {
      const params = { name: 'net__block', arguments: { target } }
      const { body } = await postModern(url, token, 'tools/call', params, { meta })
      tasks.push(String(body.result?.taskId))
    }
    const { config } = own.plane.gateway
    await own.plane.gateway.close()
    const gateway = await startGateway(config, { clock: own.plane.clock })
    await gateway.listed
    const plane = { ...own.plane, gateway }
    await decide(plane, plane.dana, 'approve', tasks[0] ?? '')
    await expect.poll(() => targets.map(own.ran), { timeout: 10_000 }).toEqual([1, 0])
    const get = async (taskId = '') =>
      (
        await postModern(
          `${gateway.baseUrl}/mcp`,
          token,
          'tasks/get',
          { taskId },
          { meta, headers: { 'mcp-name': taskId } },
        )
      ).body.result
    expect(await get(tasks[0])).toMatchObject({
      status: 'completed',
      result: { content: [{ text: 'block done' }] },
    })
    expect(await get(tasks[1])).toMatchObject({ status: 'working' })
    await expectSoundLedger(gateway)
    await gateway.close()
  }, 60_000)
})
