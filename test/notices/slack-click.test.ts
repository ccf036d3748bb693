import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { SlackSpec } from '../../src/adapters/channel-spec.ts'
import { createSlackReader, slackSignature } from '../../src/adapters/slack-callback.ts'
import { decideFromChat } from '../../src/command/chat-decision.ts'
import { codeOf } from '../../src/kernel/failure.ts'
import { mayApproveInChat } from '../../src/policy/chat.ts'
import { held, type NetPlane, startNetPlane } from '../harness/net-plane.ts'
import { rest } from '../harness/people.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5'
const SPEC: SlackSpec = {
  ...{ id: 'chat', kind: 'slack', takes: 'everything', roles: [] },
  ...{ apiUrl: 'https://slack.com/api', signingSecret: () => SECRET },
}
const bytes = (text: string) => new TextEncoder().encode(text)
const signed = (body: string, timestampS: number) => ({
  'x-slack-request-timestamp': String(timestampS),
  'x-slack-signature': `v0=${createHmac('sha256', SECRET).update(`v0:${timestampS}:${body}`).digest('hex')}`,
})
let clicks = 0
const clickBody = (click: object) =>
  `payload=${encodeURIComponent(JSON.stringify({ trigger_id: `t-${++clicks}`, ...click }))}`

describe('the signature of Slack', () => {
  it('is that of their worked example', () => {
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V' +
      '&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=' +
      '&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN' +
      '&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
    expect(slackSignature(SECRET, '1531420618', bytes(body))).toBe(
      'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    )
  })
})

describe('reading a click', () => {
  const reader = createSlackReader(SPEC, 'http://127.0.0.1:9/')
  const body = clickBody({
    user: { id: 'U1' },
    response_url: 'https://evil.example/',
    actions: [{ action_id: 'deny', value: 'd-1 r-1 digest' }],
  })
  const read = (headers: Record<string, string>, nowS = 1_000_000, of = body) =>
    reader?.read(bytes(of), headers, nowS * 1000)

  it('needs a signature over exactly these bytes', () => {
    expect(read(signed(body, 1_000_000))).toMatchObject({ verb: 'deny', account: 'U1' })
    expect(read(signed(`${body} `, 1_000_000))).toBeUndefined()
    expect(read({})).toBeUndefined()
    expect(read({ ...signed(body, 1_000_000), 'x-slack-signature': 'v0=' })).toBeUndefined()
  })

  it.each([300, -300])('takes one %s seconds away, and not a second more', (awayS) => {
    const sign = Math.sign(awayS)
    expect(read(signed(body, 1_000_000 - awayS))).toMatchObject({ verb: 'deny' })
    expect(() => read(signed(body, 1_000_000 - awayS - sign))).toThrow('five minutes')
  })

  it('never answers to an address that is not of the chat', () => {
    expect(read(signed(body, 1_000_000))).not.toHaveProperty('replyTo')
  })

  it('asks nothing of a click on a link', () => {
    const open = clickBody({ user: { id: 'U1' }, actions: [{ action_id: 'open' }] })
    expect(read(signed(open, 1_000_000), 1_000_000, open)).toBe('ignored')
  })

  it('refuses a button that is not ours', () => {
    const odd = clickBody({ user: { id: 'U1' }, actions: [{ action_id: 'deny', value: 'x' }] })
    expect(() => read(signed(odd, 1_000_000), 1_000_000, odd)).toThrow('not one of ours')
  })
})

describe('which classes a chat may approve', () => {
  const effects = [
    'read',
    'annotate',
    'influence',
    'write',
    'contain',
    'identity',
    'destructive',
  ] as const

  it('is none unless policy names them, and none from contain up even then', () => {
    const allowed = (list?: readonly string[]) =>
      effects.filter((effect) =>
        mayApproveInChat(list === undefined ? {} : { chatMayApprove: list }, 'deny:x', effect),
      )
    expect(allowed()).toEqual([])
    expect(allowed(['influence', 'contain', 'destructive'])).toEqual(['influence'])
    expect(allowed(['deny:x'])).toEqual(['read', 'annotate', 'influence', 'write'])
  })
})

describe('a click on a message of the gateway', () => {
  let receiver: Receiver
  let net: NetPlane
  beforeAll(async () => {
    receiver = await startReceiver()
    const webhookUrl = () => receiver.origin
    net = await startNetPlane({ config: { channels: [{ ...SPEC, webhookUrl }] } })
    for (const [person, account] of [
      [net.plane.dana, 'UDANA'],
      [net.plane.alex, 'UALEX'],
    ] as const) {
      const path = `/api/v1/people/${person.id}/chat`
      const link = { channel: 'chat', account }
      expect((await rest(net.plane, net.plane.petra, 'POST', path, link)).status).toBe(200)
    }
  }, 60_000)
  afterAll(async () => {
    await net?.plane.close()
    await receiver?.close()
  })

  /** A held call, and the value its buttons carry. */
  const asked = async () => {
    const agent = await net.newAgent()
    const id = await held(agent, net.address())
    await agent.close()
    const message = () =>
      receiver.posted.map(({ body }) => body).find((body) => body.includes(` ${id} `))
    await expect.poll(message, { timeout: 10_000 }).toBeDefined()
    const said = message()
    const [value] = /[0-9a-f-]{36} [0-9a-f-]{36} sha256:[0-9a-f]{64}/.exec(said ?? '') ?? []
    return { id, value: value ?? '', said: said ?? '' }
  }
  const post = async (body: string, headers: Record<string, string>) => {
    const response = await fetch(`${net.plane.gateway.baseUrl}/api/v1/chat/slack`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      body,
    })
    return { status: response.status, body: (await response.json()) as { code?: string } }
  }
  const nowS = () => Math.floor(net.plane.clock.nowMs() / 1000)
  const click = async (verb: string, account: string, value: string) => {
    const body = clickBody({ user: { id: account }, actions: [{ action_id: verb, value }] })
    return post(body, signed(body, nowS()))
  }
  const state = async (id: string) =>
    (await rest(net.plane, net.plane.petra, 'GET', `/api/v1/approvals/${id}`)).body.state
  const events = async (type: string) => {
    const { ledger } = net.plane.gateway.parts.store
    const entries = await ledger.entries('main', 0, (await ledger.head('main')).size)
    const all = entries.map(({ bytes: text }) => JSON.parse(new TextDecoder().decode(text)))
    return all.filter((entry) => entry.type === type)
  }

  it('denies in the name of the linked person, once, and on record', async () => {
    const { id, value } = await asked()
    const body = clickBody({ user: { id: 'UDANA' }, actions: [{ action_id: 'deny', value }] })
    const headers = signed(body, nowS())
    expect(await post(body, headers)).toEqual({ status: 200, body: {} })
    expect(await state(id)).toBe('denied')
    expect(await post(body, headers)).toMatchObject({
      status: 401,
      body: { code: 'token_replayed' },
    })
    const denied = (await events('approval.denied')).filter(({ data }) => data.request === id)
    expect(denied).toMatchObject([{ actor: { kind: 'person', id: net.plane.dana.id } }])
    const clicked = (await events('chat.received')).filter(({ data }) => data.request === id)
    expect(clicked).toMatchObject([{ data: { channel: 'chat', verb: 'deny', linked: true } }])
  })

  it('does nothing for an account nobody linked, and says on record that it was tried', async () => {
    const { id, value } = await asked()
    expect((await click('deny', 'USTRANGER', value)).status).toBe(200)
    expect(await state(id)).toBe('pending')
    expect((await events('chat.received')).at(-1)).toMatchObject({
      actor: { kind: 'system', id: 'chat' },
      data: { linked: false, request: id },
    })
  })

  it('does nothing for a message about something else than the request is now', async () => {
    const { id, value } = await asked()
    const other = value.replace(/sha256:.*/, `sha256:${'0'.repeat(64)}`)
    expect((await click('deny', 'UDANA', other)).status).toBe(200)
    expect(await state(id)).toBe('pending')
  })

  it('does not approve containment, whoever clicks: there is no button, and none would help', async () => {
    const { id, value, said } = await asked()
    expect(said).not.toContain('"approve"')
    expect((await click('approve', 'UDANA', value)).status).toBe(200)
    expect(await state(id)).toBe('pending')
  })

  it('is refused without a signature of ours, or too old', async () => {
    const { value } = await asked()
    const body = clickBody({ user: { id: 'UDANA' }, actions: [{ action_id: 'deny', value }] })
    expect(await post(body, {})).toMatchObject({ status: 401, body: { code: 'not_authenticated' } })
    expect(await post(body, signed(body, nowS() - 400))).toMatchObject({
      status: 401,
      body: { code: 'token_expired' },
    })
  })

  it('where policy lets a chat approve, still needs a person who may', async () => {
    const { id, value } = await asked()
    const [, request = '', digest = ''] = value.split(' ')
    const decisions: string[] = []
    const parts = {
      ...net.plane.gateway.parts.restParts,
      mayApproveInChat: async () => true,
    }
    const approve = async (account: string, callback: string) => {
      const one = { verb: 'approve', account, request, digest, callback } as const
      decisions.push(await decideFromChat(parts, 'main', 'chat', one))
    }
    await approve('UALEX', `sha256:${'1'.repeat(64)}`)
    expect(decisions[0]).toMatch(/advice.*\(role\)/)
    expect(await state(id)).toBe('pending')
    await expect(approve('UALEX', `sha256:${'1'.repeat(64)}`).catch(codeOf)).resolves.toBe(
      'token_replayed',
    )
  })

  it('links an account to one person, and nobody to themselves', async () => {
    const link = async (who: { id: string }, by = net.plane.petra) =>
      (
        await rest(net.plane, by, 'POST', `/api/v1/people/${who.id}/chat`, {
          ...{ channel: 'chat', account: 'UDANA' },
        })
      ).body.code
    expect(await link(net.plane.ines)).toBe('conflict')
    expect(await link(net.plane.petra)).toBe('not_permitted')
    expect(await link(net.plane.dana, net.plane.alex)).toBe('not_permitted')
  })
})
