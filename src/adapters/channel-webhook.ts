/**
 * A signed webhook in the manner of Standard Webhooks 1.0: headers `webhook-id`, `webhook-timestamp` and
 * `webhook-signature: v1,<base64 HMAC-SHA256 of id.timestamp.body>`. The id stays the same for every attempt;
 * the timestamp is that of the attempt, so a receiver refuses what was recorded and sent again.
 */
import { createHmac } from 'node:crypto'
import type { Clock } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import type { Message } from '../notice/message.ts'
import type { Messenger } from '../notice/ports.ts'
import { postTo } from './channel-http.ts'
import type { WebhookSpec } from './channel-spec.ts'

const SECRET_PREFIX = 'whsec_'
/** The specification asks for 24 to 64 bytes. */
const MIN_SECRET_BYTES = 24

/** Throws `config_invalid` when the secret is not one, so that it is found at the start. */
export function createWebhookChannel(spec: WebhookSpec, clock: Clock): Messenger {
  const { id, kind, takes, roles, url } = spec
  keyOf(spec)
  return {
    channel: { id, kind, takes, roles, isPersonal: false },
    send: async (message, _address, signal) => {
      const body = JSON.stringify(eventOf(message))
      const timestampS = Math.floor(clock.nowMs() / 1000)
      const headers = {
        'content-type': 'application/json',
        'webhook-id': message.id,
        'webhook-timestamp': String(timestampS),
        'webhook-signature': webhookSignature(keyOf(spec), message.id, timestampS, body),
      }
      await postTo({ url, headers, body, signal })
    },
  }
}

export function webhookSignature(
  key: Uint8Array,
  id: string,
  timestampS: number,
  body: string,
): string {
  return `v1,${createHmac('sha256', key).update(`${id}.${timestampS}.${body}`).digest('base64')}`
}

function keyOf({ id, secret }: WebhookSpec): Uint8Array {
  const text = secret()
  const key = Buffer.from(text.slice(SECRET_PREFIX.length), 'base64')
  if (!text.startsWith(SECRET_PREFIX) || key.length < MIN_SECRET_BYTES) {
    const wanted = `whsec_ and at least ${MIN_SECRET_BYTES} bytes in base64`
    throw new Failure('config_invalid', `the secret of channel ${id} is not ${wanted}`)
  }
  return key
}

function eventOf({ kind, urgency, atMs, sentence, details, link, about }: Message) {
  return {
    type: kind,
    timestamp: new Date(atMs).toISOString(),
    data: { urgency, sentence, details, link, about: aboutWire(about) },
  }
}

function aboutWire({ caseId, ...others }: Message['about']) {
  return { ...others, ...(caseId === undefined ? {} : { case: caseId }) }
}
