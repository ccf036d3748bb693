/**
 * What Slack sends when somebody clicks: believed only with a signature over the raw bytes, not older than five
 * minutes, for buttons we made. It proves a Slack account, not a person on duty; that is for the gateway.
 */
import { createHmac, timingSafeEqual } from 'node:crypto'
import { digestOf } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'
import { isObject, type JsonObject, parseStrict } from '../kernel/strict-json.ts'
import type { ChatClick, ChatReader } from '../notice/ports.ts'
import type { SlackSpec } from './channel-spec.ts'

/** Slack's own window. */
const MAX_AGE_MS = 5 * 60_000
/** Slack answers where it said; nobody else's address is called. */
const REPLY_PREFIX = 'https://hooks.slack.com/'
const REPLY_MS = 5_000
const VERBS = ['acknowledge', 'deny', 'approve'] as const

/** The reader of one Slack channel's clicks; undefined without a signing secret. */
export function createSlackReader(
  spec: SlackSpec,
  replyPrefix: string = REPLY_PREFIX,
): ChatReader | undefined {
  const { signingSecret } = spec
  if (signingSecret === undefined) return undefined
  return {
    channel: spec.id,
    read: (raw, headers, nowMs) => {
      const timestamp = headers['x-slack-request-timestamp'] ?? ''
      const signature = headers['x-slack-signature'] ?? ''
      if (!isSame(signature, slackSignature(signingSecret(), timestamp, raw))) return undefined
      if (!/^\d{1,12}$/.test(timestamp) || Math.abs(nowMs - Number(timestamp) * 1000) > MAX_AGE_MS)
        throw new Failure('token_expired', 'the callback is more than five minutes away')
      return clickOf(raw, replyPrefix)
    },
    reply: async (click, text) => {
      if (click.replyTo === undefined) return
      const body = JSON.stringify({ response_type: 'ephemeral', replace_original: false, text })
      const headers = { 'content-type': 'application/json' }
      const signal = AbortSignal.timeout(REPLY_MS)
      const init = { method: 'POST', headers, body, redirect: 'error', signal } as const
      await (await fetch(click.replyTo, init)).body?.cancel()
    },
  }
}

export function slackSignature(secret: string, timestamp: string, raw: Uint8Array): string {
  const hmac = createHmac('sha256', secret).update(`v0:${timestamp}:`).update(raw)
  return `v0=${hmac.digest('hex')}`
}

function isSame(given: string, wanted: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(wanted)]
  return a.length === b.length && timingSafeEqual(a, b)
}

/** `ignored` for what asks nothing of us, such as a click on a link. Throws `request_invalid`. */
function clickOf(raw: Uint8Array, replyPrefix: string): ChatClick | 'ignored' {
  const form = new URLSearchParams(Buffer.from(raw).toString('utf8'))
  const payload = parseStrict(new TextEncoder().encode(form.get('payload') ?? ''))
  const user = memberOf(payload, 'user')
  const [action] = Array.isArray(memberOf(payload, 'actions')) ? listOf(payload, 'actions') : []
  const verb = VERBS.find((known) => known === memberOf(action, 'action_id'))
  if (verb === undefined) return 'ignored'
  const account = memberOf(user, 'id')
  const [, request, digest] = String(memberOf(action, 'value') ?? '').split(' ')
  if (typeof account !== 'string' || request === undefined || digest === undefined)
    throw new Failure('request_invalid', 'the button is not one of ours')
  const replyTo = memberOf(payload, 'response_url')
  const isOurs = typeof replyTo === 'string' && replyTo.startsWith(replyPrefix)
  return {
    verb,
    account,
    request,
    digest,
    callback: digestOf('countersign-chat-v1', raw),
    ...(isOurs ? { replyTo } : {}),
  }
}

type Value = ReturnType<typeof parseStrict> | undefined

function memberOf(value: Value, name: string): Value {
  return isObject(value) && Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined
}

function listOf(value: Value, name: string): readonly Value[] {
  return memberOf(value, name) as unknown as readonly Value[]
}
