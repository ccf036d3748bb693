/** An address that is itself a secret: it is checked without ever standing in a message. */
import { Failure } from '../kernel/failure.ts'

const LOCAL = ['localhost', '127.0.0.1', '[::1]']

/** Throws `channel_refused` when it is no https address (or http to this machine). */
export function secretUrl(read: () => string): string {
  const text = read()
  const url = URL.canParse(text) ? new URL(text) : undefined
  const isEncrypted = url?.protocol === 'https:'
  const isHere = url?.protocol === 'http:' && LOCAL.includes(url.hostname)
  if (!isEncrypted && !isHere)
    throw new Failure('channel_refused', 'the secret file holds no https address')
  return text
}
