/**
 * E-mail over SMTP: plain text with a simple HTML twin, encrypted by STARTTLS or from the first byte. The
 * Message-ID is made from the delivery, so a mailbox that gets it twice can tell.
 */
import { Failure } from '../kernel/failure.ts'
import type { Message } from '../notice/message.ts'
import type { Messenger } from '../notice/ports.ts'
import type { EmailSpec } from './channel-spec.ts'
import { htmlText } from './escape-text.ts'

/** All of it together stays below the 15 s a message may take. */
const CONNECT_MS = 5_000
const SILENCE_MS = 5_000

export function createEmailChannel(spec: EmailSpec, baseUrl: string): Messenger {
  const { id, kind, takes, roles } = spec
  const host = new URL(baseUrl).hostname
  return {
    channel: { id, kind, takes, roles, isPersonal: true },
    send: async (message, address, signal) => {
      if (address === undefined) throw new Failure('channel_refused', 'no address')
      const transport = await transportOf(spec)
      const give = () => transport.close()
      signal.addEventListener('abort', give, { once: true })
      try {
        await transport.sendMail({
          from: spec.from,
          to: { name: '', address },
          subject: `${message.urgency === 'page' ? '[page] ' : ''}${message.sentence}`,
          text: plainTextOf(message),
          html: htmlOf(message),
          messageId: `<${message.id}@${host}>`,
          // RFC 3834: nobody's vacation notice answers us.
          headers: { 'Auto-Submitted': 'auto-generated' },
          priority: message.urgency === 'page' ? 'high' : 'normal',
          disableFileAccess: true,
          disableUrlAccess: true,
        })
      } catch (error) {
        throw failureOf(error)
      } finally {
        signal.removeEventListener('abort', give)
        transport.close()
      }
    },
  }
}

/** Loaded with the first message: it is a tenth of what a start costs, and most gateways write to no mailbox. */
async function transportOf({ host, port, security, user, password, ca }: EmailSpec) {
  const { createTransport } = await import('nodemailer')
  const auth = user === undefined ? {} : { auth: { user, pass: password?.() ?? '' } }
  return createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: { minVersion: 'TLSv1.2', ...(ca === undefined ? {} : { ca: ca() }) },
    connectionTimeout: CONNECT_MS,
    greetingTimeout: SILENCE_MS,
    socketTimeout: SILENCE_MS,
    ...auth,
  })
}

/** The server's own words stay out of the message: they repeat addresses. */
function failureOf(error: unknown): Failure {
  const { code = '', responseCode = 0 } = error as { code?: string; responseCode?: number }
  // A mailbox that does not exist, a message nobody wants. A wrong password may be put right meanwhile.
  const isFinal = responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE')
  const said = responseCode === 0 ? code || 'no answer' : String(responseCode)
  return new Failure(
    isFinal ? 'channel_refused' : 'channel_unreachable',
    `the mail server said ${said}`,
    { cause: isFinal ? undefined : error },
  )
}

function plainTextOf({ sentence, details, link }: Message): string {
  const rows = details.map(({ label, value }) => `${label}: ${value}`)
  return `${[sentence, '', ...rows, '', link].join('\n')}\n`
}

function htmlOf({ sentence, details, link }: Message): string {
  const rows = details.map(
    ({ label, value }) =>
      `<tr><td>${htmlText(label)}</td><td><strong>${htmlText(value)}</strong></td></tr>`,
  )
  return `<!doctype html>
<html lang="en"><body>
<p>${htmlText(sentence)}</p>
<table>${rows.join('')}</table>
<p><a href="${htmlText(link)}">${htmlText(link)}</a></p>
</body></html>
`
}
