import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../cli/terminal.ts'
import { type AgentClient, saidBy } from '../harness/agent-client.ts'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { decide, rest } from '../harness/people.ts'
import { addPerson, putOnDuty, type TestPerson } from '../harness/plane.ts'

let net: NetPlane
let agent: AgentClient
let other: TestPerson

beforeAll(async () => {
  net = await startNetPlane()
  agent = await net.newAgent()
  other = await addPerson(net.plane.gateway, 'Omar', ['shift-lead'])
  await putOnDuty(net.plane.gateway, net.plane.clock, other)
}, 60_000)
afterAll(async () => {
  await agent?.close()
  await net?.plane.close()
})

const post = (person: TestPerson, id: string, verb: string, body: unknown) =>
  rest(net.plane, person, 'POST', `/api/v1/approvals/${id}/${verb}`, body)

const show = async (id: string) =>
  (await rest(net.plane, net.plane.dana, 'GET', `/api/v1/approvals/${id}`)).body

const wait = async (id: string, seconds = 0) =>
  agent.call('countersign_await', { approval_id: id, wait_seconds: seconds })

async function takeOver(person: TestPerson, id: string): Promise<void> {
  const { action_digest: digest } = await show(id)
  const taken = await post(person, id, 'take-over', { seen_digest: digest, reason: 'my turn' })
  expect(taken.body.outcome).toBe('taken-over')
}

async function modified(target: string, better: string): Promise<string> {
  const id = await held(agent, target)
  const { action_digest: digest } = await show(id)
  const answer = await post(net.plane.dana, id, 'modify', {
    seen_digest: digest,
    reason: 'the whole network is ours',
    arguments: { target: better },
  })
  expect(answer).toMatchObject({ status: 200, body: { outcome: 'modified' } })
  return id
}

describe('a person who changes the arguments of a request', () => {
  it('ends it without anything running; the agent receives arguments and reason [R87]', async () => {
    const [target, better] = [net.address(), net.address()]
    const id = await modified(target, better)
    expect(await show(id)).toMatchObject({ state: 'cancelled', reason_code: 'modified' })
    for (const said of [
      saidBy(await wait(id)),
      saidBy(await agent.call('net__block', { target })),
    ]) {
      expect(said).toMatchObject({
        code: 'approval_modified',
        detail: 'the whole network is ours',
        suggested_arguments: { target: better },
      })
    }
    expect([net.ran(target), net.ran(better)]).toEqual([0, 0])
  })

  it('may not sign for them alone, and somebody else may [R87]', async () => {
    const better = net.address()
    const id = await modified(net.address(), better)
    const next = await held(agent, better)
    const shown = await show(next)
    expect(shown).toMatchObject({ modified_from: id, modified_by: net.plane.dana.id })
    expect(shown.package).toMatchObject({
      value: { modified: { from: id, changes: [{ path: 'target', after: better }] } },
    })
    expect((await decide(net.plane, net.plane.dana, 'approve', next)).body).toMatchObject({
      outcome: 'advised',
      failing: 'modifier',
    })
    await takeOver(other, next)
    expect((await decide(net.plane, other, 'approve', next)).body.outcome).toBe('released')
    expect(saidBy(await wait(next, 1))).toBeUndefined()
    expect(net.ran(better)).toBe(1)
  })

  it('must be somebody who could decide, change something, and have seen what it is', async () => {
    const target = net.address()
    const id = await held(agent, target)
    const { action_digest: digest } = await show(id)
    const body = { seen_digest: digest, reason: 'better so', arguments: { target: net.address() } }
    expect(await post(net.plane.alex, id, 'modify', body)).toMatchObject({
      body: { code: 'not_eligible' },
    })
    expect(
      await post(net.plane.dana, id, 'modify', { ...body, arguments: { target } }),
    ).toMatchObject({
      body: { code: 'request_invalid' },
    })
    const unseen = { ...body, seen_digest: `sha256:${'0'.repeat(64)}` }
    expect(await post(net.plane.dana, id, 'modify', unseen)).toMatchObject({
      body: { code: 'seen_digest_mismatch' },
    })
    expect(await show(id)).toMatchObject({ state: 'pending' })
  })

  it('does it from the command line, with the arguments in a sentence of JSON', async () => {
    const id = await held(agent, net.address())
    const who = { url: net.plane.gateway.baseUrl, token: net.plane.dana.token }
    const args = ['--arguments', `{"target":"${net.address()}"}`, '--reason', 'narrower']
    const { out } = await run(who, 'approval', 'modify', id, ...args)
    expect(out).toContain('The agent is told to call again with your arguments')
    expect(await show(id)).toMatchObject({ reason_code: 'modified' })
  })
})

describe('a person who asks the agent', () => {
  it('reaches it while it waits, hears its claim, and has decided nothing', async () => {
    const id = await held(agent, net.address())
    const before = await show(id)
    const waiting = wait(id, 30)
    const asked = await post(net.plane.dana, id, 'ask', { question: 'Which log says so?' })
    expect(asked.body).toMatchObject({ outcome: 'asked', approval: { state: 'pending' } })
    const said = saidBy(await waiting) as unknown as {
      status: string
      questions: { question_id: string; question: string }[]
    }
    expect(said).toMatchObject({
      status: 'pending_approval',
      questions: [{ question: 'Which log says so?' }],
    })
    const question = said.questions[0]?.question_id
    const answer = { approval_id: id, question_id: question, answer: 'auth.log\u202e, line 7' }
    expect((await agent.call('countersign_answer', answer)).structuredContent).toMatchObject({
      recorded_as: 'claim',
    })
    expect(saidBy(await agent.call('countersign_answer', answer))).toMatchObject({
      code: 'not_found',
    })
    const after = await show(id)
    expect(after).toMatchObject({
      state: 'pending',
      expires_at_ms: before.expires_at_ms,
      questions: [{ answer: { provenance: 'claimed', text: { value: 'auth.log\u202e, line 7' } } }],
    })
    const who = { url: net.plane.gateway.baseUrl, token: net.plane.dana.token }
    const { out } = await run(who, 'approval', 'show', id)
    expect(out).toContain('the agent claims: auth.log\\u{202e}, line 7')
    expect(saidBy(await wait(id))).not.toHaveProperty('questions')
  })

  it('does not ask about a request that is decided, nor for another agent', async () => {
    const id = await held(agent, net.address())
    await post(net.plane.dana, id, 'ask', { question: 'Whose host is it?' })
    const stranger = await net.newAgent()
    const { questions } = await show(id)
    const [asked] = questions as unknown as { id: string }[]
    const answer = { approval_id: id, question_id: asked?.id, answer: 'mine' }
    expect(saidBy(await stranger.call('countersign_answer', answer))).toMatchObject({
      code: 'not_found',
    })
    await decide(net.plane, net.plane.dana, 'deny', id)
    expect(await post(net.plane.dana, id, 'ask', { question: 'And now?' })).toMatchObject({
      body: { code: 'approval_closed' },
    })
    expect(saidBy(await agent.call('countersign_answer', answer))).toMatchObject({
      code: 'approval_closed',
    })
    await stranger.close()
  })
})
