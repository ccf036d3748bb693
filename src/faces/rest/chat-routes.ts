/**
 * Where chats send what somebody clicked. Nobody is logged in here: the signature over the raw bytes is all
 * there is, so the bytes are read by the channel that signed and by nobody before.
 */
import { z } from 'zod'
import { decideFromChat } from '../../command/chat-decision.ts'
import { Failure } from '../../kernel/failure.ts'
import type { ChatClick, ChatReader } from '../../notice/ports.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import type { RestDeps } from './deps.ts'

const FORM_TYPE = 'application/x-www-form-urlencoded'
/** A click with its message, three times over. */
const MAX_CALLBACK_BYTES = 128 * 1024

/** Registers in an encapsulated scope of its own: raw bytes are kept here and nowhere else. */
export function chatRoutes(app: App, deps: RestDeps): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    FORM_TYPE,
    { parseAs: 'buffer', bodyLimit: MAX_CALLBACK_BYTES },
    async (_request: unknown, body: Buffer) => body,
  )
  app.post(
    '/api/v1/chat/slack',
    {
      schema: {
        tags: ['chat'],
        description: 'a click in Slack, signed by Slack',
        consumes: [FORM_TYPE],
        response: answers(z.strictObject({})),
      },
    },
    async (request) => {
      const raw = request.body instanceof Uint8Array ? request.body : new Uint8Array()
      const headers = {
        'x-slack-request-timestamp': one(request.headers['x-slack-request-timestamp']),
        'x-slack-signature': one(request.headers['x-slack-signature']),
      }
      const { reader, click } = signedBy(deps, raw, headers)
      if (click === 'ignored') return {}
      const said = await decideFromChat(deps, deps.chatTenant, reader.channel, click)
      reader.reply(click, said).catch((error: unknown) => {
        deps.log.warn({ channel: reader.channel, err: error }, 'a chat did not take the answer')
      })
      return {}
    },
  )
}

function signedBy(
  { chatReaders, nowMs }: RestDeps,
  raw: Uint8Array,
  headers: Readonly<Record<string, string | undefined>>,
): { readonly reader: ChatReader; readonly click: ChatClick | 'ignored' } {
  for (const reader of chatReaders) {
    const click = reader.read(raw, headers, nowMs())
    if (click !== undefined) return { reader, click }
  }
  throw new Failure('not_authenticated', 'no channel has signed this')
}

function one(header: string | string[] | undefined): string | undefined {
  return typeof header === 'string' ? header : undefined
}
