/** Asking another system for a rota: bounded in size and time, and asked again where that may help. */
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../kernel/failure.ts'

/** What a test replaces, so that it need not wait. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<unknown>

export type Asking = {
  readonly headers: Readonly<Record<string, string>>
  readonly maxBytes: number
  readonly signal: AbortSignal
  readonly wait?: Wait | undefined
}

/** One attempt. A rota is a small file; who needs longer than this is as good as away. */
const ATTEMPT_TIMEOUT_MS = 10_000
const MAX_ATTEMPTS = 3
/** Without a word from the server: once soon, then a little later. */
const PAUSES_MS = [500, 2_000]
/** Whoever asks for a longer pause gets it: until the next refresh, a minute later. */
const MAX_PAUSE_MS = 5_000

/**
 * The body of a 200. 429, 5xx and broken connections are tried three times in all, everything else once. Throws
 * `roster_unreachable`; the message names status or cause, never address or token. Redirects are not followed:
 * the token is for this server.
 */
export async function askForBytes(url: URL, asking: Asking): Promise<Uint8Array> {
  const wait: Wait = asking.wait ?? ((ms, signal) => sleep(ms, undefined, { signal }))
  for (let attempt = 1; ; attempt++) {
    const answer = await attemptTo(url, asking)
    if ('body' in answer) return answer.body
    const pauseMs = answer.pauseMs ?? PAUSES_MS[attempt - 1] ?? MAX_PAUSE_MS
    const isOver = attempt === MAX_ATTEMPTS || pauseMs > MAX_PAUSE_MS || asking.signal.aborted
    if (!answer.mayRetry || isOver) throw new Failure('roster_unreachable', answer.why)
    await wait(pauseMs, asking.signal).catch(() => {
      throw new Failure('roster_unreachable', 'the reading was given up')
    })
  }
}

type Answer =
  | { readonly body: Uint8Array }
  | { readonly why: string; readonly mayRetry: boolean; readonly pauseMs?: number }

async function attemptTo(url: URL, { headers, maxBytes, signal }: Asking): Promise<Answer> {
  try {
    const response = await fetch(url, {
      headers,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ATTEMPT_TIMEOUT_MS)]),
    })
    if (response.status === 200) return { body: await bodyOf(response, maxBytes) }
    await response.body?.cancel()
    const why = `the server answered ${response.status}`
    const mayRetry = response.status === 429 || response.status >= 500
    const seconds = response.headers.get('retry-after') ?? response.headers.get('ratelimit-reset')
    const isNumber = seconds !== null && /^\d{1,6}$/.test(seconds)
    return { why, mayRetry, ...(isNumber ? { pauseMs: Number(seconds) * 1_000 } : {}) }
  } catch (error) {
    if (error instanceof Failure) throw error
    const isOver = error instanceof Error && error.name === 'TimeoutError'
    return { why: isOver ? 'no answer in time' : 'the connection failed', mayRetry: true }
  }
}

async function bodyOf(response: Response, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.length
    if (size > maxBytes) {
      throw new Failure('roster_unreadable', `the answer is larger than ${maxBytes} bytes`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
