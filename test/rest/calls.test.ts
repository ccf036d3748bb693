import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CallAnswer, CallIntent } from '../../src/enforcement/intent.ts'
import type { ActiveAgent, RestGateway } from '../harness/rest-gateway.ts'
import { BASE_URL, openRestGateway, registerActiveAgent } from '../harness/rest-gateway.ts'
import { onSqlite } from '../harness/stores.ts'
import { exchangeForm, signAssertion } from '../harness/workload.ts'

const CALL = '01900000-0000-7000-8000-00000000000c'
const APPROVAL = '01900000-0000-7000-8000-00000000000a'

onSqlite((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  let gateway: RestGateway
  let mine: ActiveAgent
  let token: string
  let asked: CallIntent[]
  let answer: (intent: CallIntent) => CallAnswer | Promise<CallAnswer>

  beforeEach(async () => {
    asked = []
    gateway = await openRestGateway(engine, undo, {
      enforce: async (intent) => {
        asked.push(intent)
        return answer(intent)
      },
      toolByName: async (_session, name) =>
        name === 'logs__query' ? { upstream: 'logs', name: 'query', kind: 'tool' } : undefined,
      gatewayTools: [
        {
          name: 'countersign_note',
          description: '',
          inputSchema: {},
          annotations: {},
          run: async (_session, args) => ({
            kind: 'own',
            structured: { heard: args },
            text: '',
            isError: false,
          }),
        },
      ],
    })
    mine = await registerActiveAgent(gateway)
    const jwt = await signAssertion(
      mine.workload,
      gateway.fresh.clock.nowMs(),
      `${BASE_URL}/oauth/token`,
    )
    const form = exchangeForm(jwt, `${BASE_URL}/mcp`, { case: 'INC-482', purpose: 'investigate' })
    const issued = await gateway.send('POST', '/oauth/token', {
      raw: { type: 'application/x-www-form-urlencoded', bytes: form },
    })
    token = String(issued.json().access_token)
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  const call = (body: unknown) => gateway.send('POST', '/api/v1/calls', { token, body })
  const complete = (result: Record<string, unknown>): CallAnswer => ({
    kind: 'answered',
    callId: CALL,
    evidenceId: APPROVAL,
    answer: { kind: 'complete', result: result as never, isToolError: false },
  })

  it('hands enforcement the session, the tool and exactly the arguments that were sent', async () => {
    answer = () => complete({ content: [] })
    const raw =
      '{"tool":"logs__query","arguments":{"__proto__":{"a":1},"n":null,"x":0.5},"hold_ms":20}'
    const sent = await gateway.send('POST', '/api/v1/calls', {
      token,
      raw: { type: 'application/json', bytes: raw },
    })
    expect(sent.status).toBe(200)
    const [intent] = asked
    expect(intent).toMatchObject({
      upstream: 'logs',
      name: 'query',
      kind: 'tool',
      claim: 'none',
      holdMs: 20,
    })
    expect(intent?.session.agent.id).toBe(mine.agent.id)
    expect(Object.keys(intent?.arguments ?? {})).toEqual(['__proto__', 'n', 'x'])
  })

  it('answers a result with its call and evidence', async () => {
    answer = () => complete({ content: [{ type: 'text', text: 'ok' }], deep: { __x: [1, null] } })
    const sent = await call({ tool: 'logs__query' })
    expect(sent.json()).toEqual({
      call: CALL,
      evidence: APPROVAL,
      kind: 'complete',
      is_error: false,
      result: { content: [{ type: 'text', text: 'ok' }], deep: { __x: [1, null] } },
    })
  })

  it('says when only monitoring let it pass', async () => {
    const monitored = { code: 'forbidden', detail: 'would be denied', policyIds: ['p1'] } as const
    answer = () => ({ ...complete({}), monitored }) as CallAnswer
    expect((await call({ tool: 'logs__query' })).json().monitored).toEqual({
      code: 'forbidden',
      detail: 'would be denied',
      policies: ['p1'],
    })
  })

  it('answers 202 with the next step when a person must decide', async () => {
    answer = () => ({
      kind: 'pending',
      callId: CALL,
      approvalId: APPROVAL,
      role: 'shift-lead',
      action: 'deny:ipv4_net',
      questions: [],
      expiresAtMs: 5_000,
    })
    const sent = await call({ tool: 'logs__query' })
    expect(sent.status).toBe(202)
    expect(sent.json()).toMatchObject({
      code: 'pending_approval',
      call: CALL,
      approval: APPROVAL,
      role: 'shift-lead',
      expires_at_ms: 5_000,
      next: expect.stringContaining('countersign_await'),
    })
  })

  it('answers a refusal as a problem with call, policies and what a person wants instead', async () => {
    answer = () => ({
      kind: 'refused',
      callId: CALL,
      approvalId: APPROVAL,
      refusal: { code: 'approval_modified', detail: 'narrower', policyIds: ['p1'] },
      suggestedArguments: { address: '203.0.113.7' },
    })
    const sent = await call({ tool: 'logs__query' })
    expect(sent.status).toBe(409)
    expect(sent.headers.get('content-type')).toMatch(/^application\/problem\+json/)
    expect(sent.json()).toMatchObject({
      code: 'approval_modified',
      detail: 'narrower',
      call: CALL,
      approval: APPROVAL,
      policies: ['p1'],
      suggested_arguments: { address: '203.0.113.7' },
    })
  })

  it("relays a tool server's own error as a problem", async () => {
    answer = () => ({ kind: 'rpc-error', callId: CALL, rpcCode: -32602, message: 'bad query' })
    const sent = await call({ tool: 'logs__query' })
    expect([sent.status, sent.json().code, sent.json().rpc_code]).toEqual([
      502,
      'upstream_failed',
      -32602,
    ])
  })

  it('hands on a name that nobody knows too, to be refused and recorded like any other', async () => {
    answer = () => ({
      kind: 'refused',
      callId: CALL,
      refusal: { code: 'tool_not_granted', detail: 'not granted', policyIds: [] },
    })
    const refused = await call({ tool: 'logs__drop' })
    expect(refused.status).toBe(403)
    expect(asked).toMatchObject([{ upstream: '', kind: 'tool', name: 'logs__drop' }])
  })

  it('runs a tool of the gateway itself without enforcement', async () => {
    const sent = await call({ tool: 'countersign_note', arguments: { a: 1 } })
    expect(sent.json()).toEqual({ kind: 'complete', is_error: false, result: { heard: { a: 1 } } })
    expect(asked).toEqual([])
  })

  it('tells enforcement when the caller hangs up', async () => {
    let gone: () => void = () => undefined
    const left = new Promise<void>((done) => {
      gone = done
    })
    let arrived: () => void = () => undefined
    const here = new Promise<void>((done) => {
      arrived = done
    })
    answer = (intent) =>
      new Promise((resolve) => {
        intent.back.signal.addEventListener('abort', () => {
          gone()
          resolve(complete({}))
        })
        arrived()
      })
    const hangUp = new AbortController()
    const pending = fetch(`${gateway.origin}/api/v1/calls`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ tool: 'logs__query' }),
      signal: hangUp.signal,
    })
    await here
    hangUp.abort()
    await expect(pending).rejects.toThrow()
    await left
  })

  describe('what never reaches enforcement', () => {
    const rows: readonly (readonly [string, unknown, number, string])[] = [
      ['no tool', {}, 400, 'request_invalid'],
      ['arguments that are a list', { tool: 'logs__query', arguments: [] }, 400, 'request_invalid'],
      ['a hold of a minute', { tool: 'logs__query', hold_ms: 60_000 }, 400, 'request_invalid'],
      [
        'an approval that is no id',
        { tool: 'logs__query', approval_id: 'x' },
        400,
        'request_invalid',
      ],
      ['an unknown member', { tool: 'logs__query', approve: true }, 400, 'request_invalid'],
    ]
    for (const [what, body, status, code] of rows) {
      it(`refuses ${what}`, async () => {
        const sent = await call(body)
        expect([sent.status, sent.json().code]).toEqual([status, code])
        expect(asked).toEqual([])
      })
    }
  })
})
