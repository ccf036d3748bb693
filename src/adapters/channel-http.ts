/**
 * Posting a message to a configured address: bounded in time and size, never redirected. Nothing of the
 * answer but its status and a bounded body is looked at, and no address ever comes from a message.
 */
import { Failure } from '../kernel/failure.ts'

export type Posting = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  readonly signal: AbortSignal
}

/** A page that takes longer is tried again. */
const ATTEMPT_MS = 15_000
/** More than any of these services says; the rest is not read. */
const MAX_ANSWER_BYTES = 64 * 1024

/** What no second attempt changes. A 401 or 404 may be a server in the middle of being set up. */
const FINAL = [400, 410, 413, 422]

/** The body of a 2xx, cut to its first 64 KiB. Throws `channel_unreachable` or `channel_refused`. */
export async function postTo({ url, headers, body, signal }: Posting): Promise<string> {
  const limited = AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)])
  let response: Response
  try {
    response = await fetch(url, {
      method: 'POST',
      headers,
      body,
      redirect: 'manual',
      signal: limited,
    })
  } catch (cause) {
    const isOver = cause instanceof Error && cause.name === 'TimeoutError'
    const why = isOver ? 'no answer in time' : 'the connection failed'
    throw new Failure('channel_unreachable', why, { cause })
  }
  if (response.ok) return textOf(response)
  await response.body?.cancel()
  const { status } = response
  const isFinal = FINAL.includes(status) || (status >= 300 && status < 400)
  throw new Failure(
    isFinal ? 'channel_refused' : 'channel_unreachable',
    `the server answered ${status}`,
  )
}

async function textOf(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    chunks.push(chunk)
    size += chunk.length
    if (size > MAX_ANSWER_BYTES) break
  }
  return Buffer.concat(chunks).subarray(0, MAX_ANSWER_BYTES).toString('utf8')
}
