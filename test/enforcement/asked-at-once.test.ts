/** What an agent asks several times, or for several things, at the same moment. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CallAnswer } from '../../src/enforcement/intent.ts'
import { TENANT } from '../../src/wiring.ts'
import { type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { decide } from '../harness/people.ts'
import { type TestAgent, taskToken } from '../harness/plane.ts'

let net: NetPlane
beforeAll(async () => {
  net = await startNetPlane()
}, 60_000)
afterAll(() => net?.plane.close())

/** Calls that reach the spine in one turn of the event loop, as those of two nodes would. */
async function blockAll(
  agent: TestAgent,
  targets: readonly string[],
  options: { readonly purpose?: string; readonly holdMs?: number } = {},
): Promise<readonly CallAnswer[]> {
  const { gateway } = net.plane
  const token = await taskToken(net.plane, options.purpose, {}, agent)
  const { identify, enforce } = gateway.parts.mcpParts
  const session = await identify(token)
  return Promise.all(
    targets.map((target) =>
      enforce({
        session,
        upstream: 'net',
        kind: 'tool',
        name: 'block',
        arguments: { target },
        claim: 'none',
        holdMs: options.holdMs ?? 0,
        back: { signal: new AbortController().signal },
      }),
    ),
  )
}

const approvalOf = (answer: CallAnswer) =>
  answer.kind === 'pending' || answer.kind === 'refused' ? answer.approvalId : undefined
const codeOf = (answer: CallAnswer) =>
  answer.kind === 'refused' ? answer.refusal.code : answer.kind

/** The one question of the agent, as soon as it is there. */
async function questionOf(agent: TestAgent): Promise<string> {
  const { store, spine } = net.plane.gateway.parts
  for (;;) {
    const pending = await store.approvals.list(TENANT, 'pending')
    const own = pending.find((request) => request.agent === agent.id)
    if (own !== undefined) return own.id
    await spine.changes.wait(TENANT, net.plane.clock.nowMs() + 1_000)
  }
}

describe('calls of one agent at the same moment', () => {
  it('ask one question when they are identical', async () => {
    const { agent } = await net.newAgent()
    const target = net.address()
    const answers = await blockAll(agent, Array(6).fill(target))
    expect(answers.map(codeOf)).toEqual(Array(6).fill('pending'))
    expect(new Set(answers.map(approvalOf)).size).toBe(1)
  })

  it('never ask more questions than an agent may have open', async () => {
    const { agent } = await net.newAgent()
    const answers = await blockAll(
      agent,
      Array.from({ length: 14 }, () => net.address()),
    )
    const codes = answers.map(codeOf).sort()
    expect(codes).toEqual([
      ...Array(10).fill('pending'),
      ...Array(4).fill('too_many_open_requests'),
    ])
  })

  it('share one yes: one runs, the others are told that it was used, and nobody is asked again', async () => {
    const { agent } = await net.newAgent('investigate')
    const target = net.address()
    const waiting = blockAll(agent, [target, target, target], {
      purpose: 'investigate',
      holdMs: 10_000,
    })
    const question = await questionOf(agent)
    // The yes also changes what the task is for, so the twins find their facts changed.
    await decide(net.plane, net.plane.dana, 'approve', question)
    const answers = await waiting
    expect(answers.map(codeOf).sort()).toEqual(['answered', 'grant_used', 'grant_used'])
    expect(net.ran(target)).toBe(1)
    const asked = await net.plane.gateway.parts.store.approvals.list(TENANT)
    expect(asked.filter((request) => request.agent === agent.id)).toHaveLength(1)
  })
})
