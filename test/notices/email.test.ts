import type { AddressInfo } from 'node:net'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { afterEach, describe, expect, it } from 'vitest'
import { createEmailChannel } from '../../src/adapters/channel-email.ts'
import type { EmailSpec } from '../../src/adapters/channel-spec.ts'
import { codeOf } from '../../src/kernel/failure.ts'
import { messageOf } from '../../src/notice/message.ts'
import { certificateFor } from './certificate.ts'

const NEVER = new AbortController().signal
const { cert, key } = certificateFor('localhost')
const message = messageOf(
  {
    id: 'd-1',
    baseUrl: 'https://gw.example',
    notice: { kind: 'approval.requested', urgency: 'page', about: { request: 'r-1' }, atMs: 0 },
  },
  {
    agent: '<img src=x>\r\nBcc: all@soc.example',
    action: 'deny:ipv4_net',
    effect: 'contain',
    caseRef: '"><script>INC-1',
  },
)

let server: SMTPServer | undefined
afterEach(() => new Promise<void>((done) => (server === undefined ? done() : server.close(done))))

type Got = { readonly mail: ParsedMail; readonly to: readonly string[]; readonly isSecure: boolean }

async function start(options: SMTPServerOptions = {}) {
  const got: Got[] = []
  server = new SMTPServer({
    authOptional: true,
    cert,
    key,
    onAuth: ({ username, password }, _session, done) =>
      done(password === 'right' ? null : new Error('wrong'), { user: username }),
    onData: async (stream, session, done) => {
      const to = session.envelope.rcptTo.map(({ address }) => address)
      got.push({ mail: await simpleParser(stream), to, isSecure: session.secure })
      done()
    },
    ...options,
  })
  server.on('error', () => undefined)
  await new Promise<void>((done) => server?.listen(0, '127.0.0.1', done))
  const { port } = server.server.address() as AddressInfo
  const channel = (more: Partial<EmailSpec> = {}) =>
    createEmailChannel(
      {
        ...{ id: 'mail', kind: 'email', takes: 'everything', roles: [] },
        ...{ host: 'localhost', port, security: 'starttls', from: 'countersign@soc.example' },
        ca: () => cert,
        ...more,
      },
      'https://gw.example',
    )
  const send = (more?: Partial<EmailSpec>) => channel(more).send(message, 'dana@soc.example', NEVER)
  return { got, send }
}

const codeFrom = (sending: Promise<unknown>) => sending.then(() => 'sent', codeOf)

describe('an e-mail', () => {
  it('arrives encrypted, once, at the one person, with the link in both parts', async () => {
    const { got, send } = await start()
    await send()
    const [one] = got
    expect(got).toHaveLength(1)
    expect(one).toMatchObject({ isSecure: true, to: ['dana@soc.example'] })
    expect(one?.mail.messageId).toBe('<d-1@gw.example>')
    expect(one?.mail.text).toContain('https://gw.example/approvals/r-1')
    expect(one?.mail.html).toContain('<a href="https://gw.example/approvals/r-1">')
    expect(one?.mail.headers.get('auto-submitted')).toBe('auto-generated')
  })

  it('shows names others chose as text: no header, no markup, nothing hidden', async () => {
    const { got, send } = await start()
    await send()
    const mail = got[0]?.mail
    const agent = 'Agent <img src=x>\\u{d}\\u{a}Bcc: all@soc.example'
    expect(mail?.subject).toBe(`[page] ${agent} waits for your decision on deny:ipv4_net.`)
    expect(mail?.bcc).toBeUndefined()
    expect(mail?.text).toContain(agent)
    expect(mail?.html).not.toMatch(/<img|<script/)
    expect(mail?.html).toContain('&quot;&gt;&lt;script&gt;INC-1')
  })

  it('goes out over TLS from the first byte where the server wants that', async () => {
    const { got, send } = await start({ secure: true })
    await send({ security: 'tls' })
    expect(got).toMatchObject([{ isSecure: true }])
  })

  it('logs in with the password of the file', async () => {
    const { got, send } = await start({ authOptional: false })
    expect(await codeFrom(send({ user: 'cs', password: () => 'wrong' }))).toBe(
      'channel_unreachable',
    )
    await send({ user: 'cs', password: () => 'right' })
    expect(got).toHaveLength(1)
  })
})

describe('no e-mail leaves', () => {
  it('unencrypted, when the server does not offer it', async () => {
    const { got, send } = await start({ disabledCommands: ['STARTTLS'] })
    expect(await codeFrom(send())).toBe('channel_unreachable')
    expect(got).toEqual([])
  })

  it('to a server whose certificate nobody we trust signed', async () => {
    const { got, send } = await start()
    expect(await codeFrom(send({ ca: () => certificateFor('localhost').cert }))).toBe(
      'channel_unreachable',
    )
    expect(got).toEqual([])
  })

  it('twice to a mailbox that does not exist', async () => {
    const refuse: SMTPServerOptions['onRcptTo'] = (_address, _session, done) =>
      done(Object.assign(new Error('no such user'), { responseCode: 550 }))
    const { send } = await start({ onRcptTo: refuse })
    expect(await codeFrom(send())).toBe('channel_refused')
  })

  it('when the server is busy, but later', async () => {
    const busy: SMTPServerOptions['onRcptTo'] = (_address, _session, done) =>
      done(Object.assign(new Error('try later'), { responseCode: 451 }))
    const { send } = await start({ onRcptTo: busy })
    expect(await codeFrom(send())).toBe('channel_unreachable')
  })
})
