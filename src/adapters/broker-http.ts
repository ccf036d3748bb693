/**
 * Asking a backend over HTTP: bounded in time and size, never redirected, because what is sent is a credential. Tells
 * what may pass from what may not; nothing a backend says gets into a message but its status.
 */
import type { z } from 'zod'
import { Failure } from '../kernel/failure.ts'
import { parseStrict } from '../kernel/strict-json.ts'

export type BrokerQuestion = {
  readonly url: URL
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly headers: Readonly<Record<string, string>>
  readonly body?: string
  readonly signal: AbortSignal
}

export type BrokerAnswer = { readonly status: number; readonly bytes: Uint8Array }

/** One attempt. The lender waits for it with an agent behind. */
const ATTEMPT_MS = 10_000
/** Vault's largest answers stay below; a credential has some hundred bytes. */
const MAX_ANSWER_BYTES = 1024 * 1024
/** Besides 5xx: what another try may change. */
const PASSING = [408, 425, 429]

/**
 * The answer, whatever it says from 200 to 299 and from 400 to 499. Throws `broker_unreachable` for no answer, 5xx and
 * 429 (with its Retry-After in the message), `broker_refused` for a redirect or an answer without end.
 */
export async function askBroker(question: BrokerQuestion): Promise<BrokerAnswer> {
  const response = await sent(question)
  const { status } = response
  if (status >= 500 || PASSING.includes(status)) {
    const pause = response.headers.get('retry-after') ?? ''
    await response.body?.cancel()
    const when = /^\d{1,6}$/.test(pause) ? `, and to wait ${pause} s` : ''
    throw new Failure('broker_unreachable', `the server answered ${status}${when}`)
  }
  if (status < 200 || (status >= 300 && status < 400)) {
    await response.body?.cancel()
    throw answered(status)
  }
  return { status, bytes: await bytesOf(response) }
}

/** For a status that means no. */
export function answered(status: number): Failure {
  return new Failure('broker_refused', `the server answered ${status}`)
}

/** The body as its API documents it. Throws `broker_refused`, naming the member and never its value. */
export function readAnswer<S extends z.ZodType>(answer: BrokerAnswer, schema: S): z.output<S> {
  let value: unknown
  try {
    value = parseStrict(answer.bytes)
  } catch {
    throw new Failure('broker_refused', 'the answer is not JSON')
  }
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const where = read.error.issues[0]?.path.join('.') || 'the answer'
  throw new Failure('broker_refused', `${where} is not as documented`)
}

async function sent({ url, method, headers, body, signal }: BrokerQuestion): Promise<Response> {
  try {
    return await fetch(url, {
      ...{ method, headers, redirect: 'manual' },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_MS)]),
    })
  } catch (cause) {
    throw unreachable(cause)
  }
}

async function bytesOf(response: Response): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for await (const chunk of response.body ?? []) {
      size += chunk.length
      if (size > MAX_ANSWER_BYTES) break
      chunks.push(chunk)
    }
  } catch (cause) {
    throw unreachable(cause)
  }
  if (size <= MAX_ANSWER_BYTES) return Buffer.concat(chunks)
  throw new Failure('broker_refused', `the answer is larger than ${MAX_ANSWER_BYTES} bytes`)
}

function unreachable(cause: unknown): Failure {
  const isLate = cause instanceof Error && ['TimeoutError', 'AbortError'].includes(cause.name)
  const why = isLate ? 'no answer in time' : 'the connection failed'
  return new Failure('broker_unreachable', why, { cause })
}
