/** What changes while a held call waits in its own response, and is different when the yes comes. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Tool } from '../../src/catalogue/tool.ts'
import { changeAgentGrants } from '../../src/command/change-agent.ts'
import { reviewTool } from '../../src/command/review-tool.ts'
import type { CallAnswer } from '../../src/enforcement/intent.ts'
import { TENANT } from '../../src/wiring.ts'
import { type Said, saidBy } from '../harness/agent-client.ts'
import { reviewAll } from '../harness/any-tools.ts'
import { type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { decide } from '../harness/people.ts'
import { taskToken } from '../harness/plane.ts'

const BY = { kind: 'system', part: 'test' } as const
let net: NetPlane
beforeAll(async () => {
  net = await startNetPlane({ config: { holdMs: 20_000 } })
}, 60_000)
afterAll(() => net?.plane.close())

/** Makes the call, changes something while it waits, says yes, and gives what the agent heard. */
async function approvedAfter(
  change: (agentId: string) => Promise<unknown>,
): Promise<{ readonly said: Said | undefined; readonly ran: number }> {
  const { plane } = net
  const agent = await net.newAgent()
  const target = net.address()
  const answer = agent.call('net__block', { target })
  const { store, spine } = plane.gateway.parts
  let question: string | undefined
  while (question === undefined) {
    await spine.changes.wait(TENANT, plane.clock.nowMs() + 1_000)
    const pending = await store.approvals.list(TENANT, 'pending')
    question = pending.find((request) => request.agent === agent.agent.id)?.id
  }
  await change(agent.agent.id)
  await decide(plane, plane.dana, 'approve', question)
  const said = saidBy(await answer)
  await agent.close()
  return { said, ran: net.ran(target) }
}

describe('a yes for a call that waits', () => {
  it('runs it once when nothing changed', async () => {
    expect(await approvedAfter(async () => {})).toEqual({ said: undefined, ran: 1 })
  })

  it('does not release a tool that a person took away meanwhile [R44]', async () => {
    const deps = net.plane.gateway.parts.restParts
    const tool = await deps.tools.byName(TENANT, 'net', 'tool', 'block')
    const { said, ran } = await approvedAfter(() =>
      reviewTool(deps, {
        tenant: TENANT,
        by: { kind: 'person', person: net.plane.petra },
        upstream: 'net',
        kind: 'tool',
        name: 'block',
        seenDigest: tool?.definitionDigest ?? '',
        verdict: { kind: 'suspend' },
      }),
    )
    await reviewAll(net.plane, net.tools)
    expect(said).toMatchObject({ status: 'refused', code: 'tool_quarantined' })
    expect(ran).toBe(0)
  })

  it('does not release a tool whose definition changed meanwhile [R46]', async () => {
    const { said, ran } = await approvedAfter(async () => {
      net.tools.offer(
        net.tools.tools.map((tool) =>
          tool.name === 'block'
            ? { ...tool, definition: { description: 'Blocks everything.' } }
            : tool,
        ),
      )
      await net.plane.gateway.refreshTools()
    })
    net.tools.offer(net.tools.tools)
    await net.plane.gateway.refreshTools()
    await reviewAll(net.plane, net.tools)
    expect(said).toMatchObject({ status: 'refused', code: 'tool_drifted' })
    expect(ran).toBe(0)
  })

  it('does not release a tool that the agent was granted no more [R1]', async () => {
    const { said, ran } = await approvedAfter((agentId) =>
      changeAgentGrants(net.plane.gateway.parts.restParts, {
        tenant: TENANT,
        by: BY,
        agentId,
        grants: ['net/look'],
      }),
    )
    expect(said).toMatchObject({ status: 'refused', code: 'tool_not_granted' })
    expect(ran).toBe(0)
  })
})

/** A read of a tool that the face has looked up already; `change` comes between that and the enforcement. */
async function readAfter(change: (found: Tool) => Promise<unknown>): Promise<CallAnswer> {
  const { mcpParts, restParts } = net.plane.gateway.parts
  const { agent, close } = await net.newAgent()
  await close()
  const session = await mcpParts.identify(await taskToken(net.plane, 'respond', {}, agent))
  const found = await restParts.tools.byName(TENANT, 'net', 'tool', 'look')
  if (found === undefined) throw new Error('the tool is not there')
  await change(found)
  return mcpParts.enforce({
    session,
    upstream: 'net',
    kind: 'tool',
    name: 'look',
    found,
    arguments: { target: net.address() },
    claim: 'none',
    holdMs: 0,
    back: { signal: new AbortController().signal },
  })
}

const callsOf = (name: string) => net.tools.calls().filter((call) => call.name === name).length

describe('a tool that the face found', () => {
  it('is what the call is decided on when nothing changed', async () => {
    expect(await readAfter(async () => {})).toMatchObject({ kind: 'answered' })
  })

  it('is not called when a person took it away before the dispatch [R44]', async () => {
    const before = callsOf('look')
    const deps = net.plane.gateway.parts.restParts
    const answer = await readAfter((found) =>
      reviewTool(deps, {
        tenant: TENANT,
        by: { kind: 'person', person: net.plane.petra },
        upstream: 'net',
        kind: 'tool',
        name: 'look',
        seenDigest: found.definitionDigest,
        verdict: { kind: 'suspend' },
      }),
    )
    await reviewAll(net.plane, net.tools)
    expect(answer).toMatchObject({ kind: 'refused', refusal: { code: 'tool_quarantined' } })
    expect(callsOf('look')).toBe(before)
  })

  it('is not called when its definition changed before the dispatch [R46]', async () => {
    const before = callsOf('look')
    const answer = await readAfter(async () => {
      net.tools.offer(
        net.tools.tools.map((tool) =>
          tool.name === 'look' ? { ...tool, definition: { description: 'Looks further.' } } : tool,
        ),
      )
      await net.plane.gateway.refreshTools()
    })
    net.tools.offer(net.tools.tools)
    await net.plane.gateway.refreshTools()
    await reviewAll(net.plane, net.tools)
    expect(answer).toMatchObject({ kind: 'refused', refusal: { code: 'tool_drifted' } })
    expect(callsOf('look')).toBe(before)
  })

  it('stands for no other tool than the one that was asked for', async () => {
    const { mcpParts, restParts } = net.plane.gateway.parts
    const { agent, close } = await net.newAgent()
    await close()
    const session = await mcpParts.identify(await taskToken(net.plane, 'respond', {}, agent))
    const found = await restParts.tools.byName(TENANT, 'net', 'tool', 'look')
    const answer = await mcpParts.enforce({
      session,
      upstream: 'net',
      kind: 'tool',
      name: 'block',
      ...(found === undefined ? {} : { found }),
      arguments: { target: net.address() },
      claim: 'none',
      holdMs: 0,
      back: { signal: new AbortController().signal },
    })
    expect(answer).toMatchObject({ kind: 'pending' })
  })
})
