import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createSlackChannel } from '../../src/adapters/channel-slack.ts'
import type { SlackSpec } from '../../src/adapters/channel-spec.ts'
import { createTeamsChannel } from '../../src/adapters/channel-teams.ts'
import { codeOf } from '../../src/kernel/failure.ts'
import { messageOf } from '../../src/notice/message.ts'
import { type Receiver, startReceiver } from './receiver.ts'

const NEVER = new AbortController().signal
const DIGEST = `sha256:${'a'.repeat(64)}`
const hostile =
  '<!channel> <https://evil.example|click> [click](https://evil.example) {{DATE(x)}} *b* \u202eevil'
const messageWith = (mayApprove: boolean) =>
  messageOf(
    {
      id: 'd-1',
      baseUrl: 'https://gw.example',
      notice: { kind: 'approval.requested', urgency: 'page', about: { request: 'r-1' }, atMs: 0 },
    },
    {
      agent: hostile,
      action: 'deny:ipv4_net',
      effect: 'contain',
      decision: { request: 'r-1', digest: DIGEST, mayApprove },
    },
  )

let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(() => receiver.close())

const last = () => JSON.parse(receiver.posted.at(-1)?.body ?? '{}')
/** Every object of a message that has a `type`, however deep. */
function typed(value: unknown): Record<string, unknown>[] {
  if (value === null || typeof value !== 'object') return []
  const own = 'type' in value ? [value as Record<string, unknown>] : []
  return [...own, ...Object.values(value).flatMap(typed)]
}

describe('a Slack message', () => {
  const common = { id: 'chat', kind: 'slack', takes: 'everything', roles: [] } as const
  const slack = (more: Partial<SlackSpec>) =>
    createSlackChannel({ ...common, apiUrl: receiver.origin, ...more })
  const byHook = { webhookUrl: () => `${receiver.origin}/services/T0/B0/x` }

  it('says everything in plain text, in which no name is a mention or a link', async () => {
    await slack(byHook).send(messageWith(false), undefined, NEVER)
    const said = last()
    const texts = typed(said).filter(({ type }) => type === 'plain_text' || type === 'mrkdwn')
    expect(texts.length).toBeGreaterThan(2)
    expect(texts.every(({ type, emoji }) => type === 'plain_text' && emoji === false)).toBe(true)
    expect(JSON.stringify(said)).not.toMatch(/<|\u202e/)
    expect(said.text).toContain('&lt;!channel&gt; &lt;https://evil.example|click&gt;')
    expect(said.text).toContain('\\\\u{202e}evil'.slice(1))
    expect(said).toMatchObject({ mrkdwn: false, parse: 'none', unfurl_links: false })
    const urls = typed(said).flatMap(({ url }) => (url === undefined ? [] : [url]))
    expect(urls).toEqual(['https://gw.example/approvals/r-1'])
  })

  it('has no button that decides unless its answers can be checked', async () => {
    const verbs = () =>
      typed(last()).flatMap(({ action_id: verb }) => (verb === undefined ? [] : [verb]))
    await slack(byHook).send(messageWith(true), undefined, NEVER)
    expect(verbs()).toEqual(['open'])
    const signingSecret = () => 'secret'
    await slack({ ...byHook, signingSecret }).send(messageWith(false), undefined, NEVER)
    expect(verbs()).toEqual(['open', 'acknowledge', 'deny'])
    await slack({ ...byHook, signingSecret }).send(messageWith(true), undefined, NEVER)
    expect(verbs()).toEqual(['open', 'acknowledge', 'deny', 'approve'])
    expect(typed(last()).some(({ style }) => style !== undefined)).toBe(false)
    const values = typed(last()).flatMap(({ value }) => (value === undefined ? [] : [value]))
    expect(new Set(values)).toEqual(new Set([`d-1 r-1 ${DIGEST}`]))
  })

  it('of a bot goes to the channel, or to the one person, under the id of the delivery', async () => {
    receiver.answer({ status: 200, body: '{"ok":true}' })
    const botToken = () => 'xoxb-token'
    await slack({ botToken, channel: 'C012AB3CD' }).send(messageWith(false), undefined, NEVER)
    expect(last()).toMatchObject({ channel: 'C012AB3CD', client_msg_id: 'd-1' })
    expect(receiver.posted.at(-1)).toMatchObject({
      path: '/chat.postMessage',
      headers: { authorization: 'Bearer xoxb-token' },
    })
    const personal = slack({ botToken })
    expect(personal.channel.isPersonal).toBe(true)
    await personal.send(messageWith(false), 'U0DANA', NEVER)
    expect(last().channel).toBe('U0DANA')
    await expect(personal.send(messageWith(false), undefined, NEVER)).rejects.toThrow('no account')
  })

  it.each([
    ['{"ok":false,"error":"channel_not_found"}', 'channel_refused'],
    ['{"ok":false,"error":"ratelimited"}', 'channel_unreachable'],
    ['{"ok":false,"error":"<script>"}', 'channel_unreachable'],
    ['ok', 'channel_unreachable'],
  ])('was not taken when Slack answers %s', async (body, code) => {
    receiver.answer({ status: 200, body })
    const sending = slack({ botToken: () => 'xoxb', channel: 'C1' }).send(
      messageWith(false),
      undefined,
      NEVER,
    )
    await expect(sending.then(() => 'sent', codeOf)).resolves.toBe(code)
  })

  it.each([
    ['https is missing', 'http://hooks.example/services/T0/B0/geheim'],
    ['it is no address', 'geheim'],
  ])('is not sent, and its secret address is not told, when %s', async (_what, address) => {
    const sending = slack({ webhookUrl: () => address }).send(messageWith(false), undefined, NEVER)
    const error: unknown = await sending.catch((caught: unknown) => caught)
    expect(codeOf(error)).toBe('channel_refused')
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('geheim')
  })
})

describe('a Teams card', () => {
  it('says everything without Markdown and decides nothing', async () => {
    receiver.answer({ status: 202 })
    const spec = { id: 'teams', kind: 'teams', takes: 'everything', roles: [] } as const
    const teams = createTeamsChannel({ ...spec, webhookUrl: () => receiver.origin })
    await teams.send(messageWith(true), undefined, NEVER)
    const types = new Set(typed(last()).map(({ type }) => type))
    expect(types).toEqual(
      new Set(['message', 'AdaptiveCard', 'RichTextBlock', 'TextRun', 'Action.OpenUrl']),
    )
    expect(last().attachments[0].content.actions).toEqual([
      { type: 'Action.OpenUrl', title: 'Open', url: 'https://gw.example/approvals/r-1' },
    ])
    expect(JSON.stringify(last())).not.toMatch(/\{\{|\u202e/)
  })
})
