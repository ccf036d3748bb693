/**
 * Slack: a Block Kit message through an incoming webhook, or by a bot to a channel or to each person. All text
 * is `plain_text`. With a signing secret the message carries buttons; what they send back is checked by
 * slack-callback.ts and decided by the gateway, never by Slack.
 */
import { Failure } from '../kernel/failure.ts'
import { isObject, parseStrict } from '../kernel/strict-json.ts'
import type { Decision, Message } from '../notice/message.ts'
import type { Messenger } from '../notice/ports.ts'
import { postTo } from './channel-http.ts'
import type { SlackSpec } from './channel-spec.ts'
import { slackText } from './escape-text.ts'
import { secretUrl } from './secret-url.ts'

export function createSlackChannel(spec: SlackSpec): Messenger {
  const { id, kind, takes, roles, channel, webhookUrl, botToken } = spec
  const isPersonal = webhookUrl === undefined && channel === undefined
  return {
    channel: { id, kind, takes, roles, isPersonal },
    send: async (message, address, signal) => {
      const said = slackMessage(message, spec.signingSecret !== undefined)
      const headers = { 'content-type': 'application/json; charset=utf-8' }
      if (webhookUrl !== undefined) {
        const body = JSON.stringify(said)
        await postTo({ url: secretUrl(webhookUrl), headers, body, signal })
        return
      }
      const to = channel ?? address
      if (to === undefined) throw new Failure('channel_refused', 'no account is linked')
      const answer = await postTo({
        url: `${spec.apiUrl}/chat.postMessage`,
        headers: { ...headers, authorization: `Bearer ${botToken?.() ?? ''}` },
        body: JSON.stringify({ channel: to, client_msg_id: message.id, ...said }),
        signal,
      })
      checkAnswer(answer)
    },
  }
}

/** Reasons that stay what they are however often we ask. */
const FINAL = [
  'channel_not_found',
  'is_archived',
  'invalid_blocks',
  'msg_too_long',
  'user_not_found',
]

/** Slack answers 200 and says `ok: false`. The word of the error is from a closed list of theirs. */
function checkAnswer(text: string): void {
  let answer: ReturnType<typeof parseStrict>
  try {
    answer = parseStrict(new TextEncoder().encode(text))
  } catch {
    throw new Failure('channel_unreachable', 'Slack answered something that is not JSON')
  }
  if (isObject(answer) && answer.ok === true) return
  const word = isObject(answer) && typeof answer.error === 'string' ? answer.error : 'unknown'
  const error = /^[a-z_]{1,60}$/.test(word) ? word : 'unknown'
  const code = FINAL.includes(error) ? 'channel_refused' : 'channel_unreachable'
  throw new Failure(code, `Slack said ${error}`)
}

const plain = (text: string) => ({ type: 'plain_text', text: slackText(text), emoji: false })

export function slackMessage(message: Message, hasButtons: boolean) {
  const { sentence, details, link, decision } = message
  const rows = details.map(({ label, value }) => plain(`${label}: ${value}`))
  const fields = rows.length === 0 ? [] : [{ type: 'section', fields: rows }]
  const open = { type: 'button', action_id: 'open', text: plain('Open'), url: link }
  const buttons = hasButtons && decision !== undefined ? decisionButtons(message.id, decision) : []
  return {
    // What a notification shows: no markup, no mentions, no previews of addresses.
    text: slackText(sentence),
    mrkdwn: false,
    parse: 'none',
    link_names: false,
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'section', text: plain(sentence) },
      ...fields,
      { type: 'actions', elements: [open, ...buttons] },
    ],
  }
}

/** The value names what was shown, so that a yes is for that and nothing else. No button stands out. */
function decisionButtons(delivery: string, { request, digest, mayApprove }: Decision) {
  const value = `${delivery} ${request} ${digest}`
  const button = (verb: string, text: string) => ({
    type: 'button',
    action_id: verb,
    text: plain(text),
    value,
  })
  const approve = mayApprove ? [button('approve', 'Approve')] : []
  return [button('acknowledge', 'I am on it'), button('deny', 'Deny'), ...approve]
}
