import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { AGENT_SDKS, type SdkAgent } from '../harness/agent-sdks.ts'
import { decideGroup } from '../harness/groups.ts'
import { type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { decide, rest } from '../harness/people.ts'
import { addAgent, taskToken } from '../harness/plane.ts'
import { runOut } from '../harness/run-out.ts'

let net: NetPlane
let agents = 0

beforeAll(async () => {
  net = await startNetPlane()
}, 60_000)
afterAll(() => net.plane.close())

describe.each(Object.entries(AGENT_SDKS))('an agent built with %s', (_name, open) => {
  const withAgent = async (work: (agent: SdkAgent) => Promise<void>) => {
    agents += 1
    const made = await addAgent(net.plane.gateway, `sdk-agent-${agents}`, net.plane.alex)
    const token = await taskToken(net.plane, 'respond', {}, made)
    const agent = await open(`${net.plane.gateway.baseUrl}/mcp`, token)
    await work(agent).finally(() => agent.close())
  }
  /** The approval id out of the only thing every framework hands on: the text. */
  const hold = async (agent: SdkAgent, target: string): Promise<string> => {
    const text = await agent.call('net__block', { target })
    expect(text).toContain('waits for approval by shift-lead')
    return /"approval_id":"([0-9a-f-]{36})"/.exec(text)?.[1] ?? ''
  }
  const wait = (agent: SdkAgent, id: string) =>
    agent.call('countersign_await', { approval_id: id, wait_seconds: 0 })
  const say = async (id: string, verb: string, body: Record<string, unknown>) => {
    const path = `/api/v1/approvals/${id}`
    const { action_digest: seen } = (await rest(net.plane, net.plane.dana, 'GET', path)).body
    return rest(net.plane, net.plane.dana, 'POST', `${path}/${verb}`, {
      ...body,
      seen_digest: seen,
    })
  }

  it('is held, then approved, and gets the result of the one call that ran', async () => {
    await withAgent(async (agent) => {
      const target = net.address()
      const id = await hold(agent, target)
      expect(net.ran(target)).toBe(0)
      expect(await wait(agent, id)).toContain('pending_approval')
      await decide(net.plane, net.plane.dana, 'approve', id)
      expect(await wait(agent, id)).toContain('block done')
      expect(net.ran(target)).toBe(1)
    })
  })

  it('is denied, and reads the reason and that it should not repeat the call', async () => {
    await withAgent(async (agent) => {
      const target = net.address()
      const id = await hold(agent, target)
      await decide(net.plane, net.plane.dana, 'deny', id, 'our own scanner')
      const text = await wait(agent, id)
      for (const part of ['our own scanner', 'approval_denied', 'do not repeat the call'])
        expect(text).toContain(part)
      expect(net.ran(target)).toBe(0)
    })
  })

  it('reads the arguments a person wants instead', async () => {
    await withAgent(async (agent) => {
      const [target, better] = [net.address(), net.address()]
      const id = await hold(agent, target)
      await say(id, 'modify', { reason: 'only this one', arguments: { target: better } })
      const text = await wait(agent, id)
      for (const part of ['approval_modified', 'only this one', better])
        expect(text).toContain(part)
      expect(await agent.call('net__block', { target: better })).toContain('waits for approval')
    })
  })

  it('has several calls released by one decision for the group', async () => {
    await withAgent(async (agent) => {
      const targets = [net.address(), net.address()]
      const ids: string[] = []
      for (const target of targets) ids.push(await hold(agent, target))
      expect((await decideGroup(net.plane, net.plane.dana, 'approve', ids)).status).toBe(200)
      for (const id of ids) expect(await wait(agent, id)).toContain('block done')
      expect(targets.map(net.ran)).toEqual([1, 1])
    })
  })

  it('reads that nobody decided in time', async () => {
    await withAgent(async (agent) => {
      const target = net.address()
      const id = await hold(agent, target)
      await runOut(net.plane, id)
      expect(await wait(agent, id)).toContain('approval_expired')
      expect(net.ran(target)).toBe(0)
    })
  })
})
