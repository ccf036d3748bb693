/** Asking the gateway. The same interface the command line uses; nothing here knows a route. */
import { takeAsked } from './asked-first.ts'
import { Problem, problemOf, unreachable } from './problem.ts'
import { isBySession, proofHeaders } from './session.ts'

type Method = 'POST' | 'PUT' | 'DELETE'

/** Above what the slowest honest answer takes; an export is downloaded without it. */
const TIMEOUT_MS = 20_000

export async function get<T>(path: string, signal?: AbortSignal): Promise<T> {
  const response = (await askedFirst(path)) ?? (await ask(path, {}, signal))
  return (await response.json()) as T
}

/** The answer that was asked for before this code had come. One that is no answer is asked for again. */
async function askedFirst(path: string): Promise<Response | undefined> {
  const asked = isBySession() ? takeAsked(path) : undefined
  const response = await asked?.catch(() => undefined)
  if (response === undefined) return undefined
  if (!response.ok) throw await problemOf(response)
  return response
}

export async function send<T>(method: Method, path: string, body?: unknown): Promise<T> {
  const response = await ask(path, {
    method,
    ...(body === undefined
      ? {}
      : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  })
  return (await response.json()) as T
}

/** The answer as it comes, for streams and files. Rejects with a `Problem` when it is a refusal. */
export async function open(path: string, init: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await fetch(path, {
      ...init,
      credentials: 'same-origin',
      redirect: 'error',
      headers: { ...proofHeaders(), ...init.headers },
    })
  } catch (error) {
    if (isOurAbort(error, init.signal)) throw error
    throw unreachable()
  }
  if (!response.ok) throw await problemOf(response)
  return response
}

async function ask(path: string, init: RequestInit, signal?: AbortSignal): Promise<Response> {
  const limit = AbortSignal.timeout(TIMEOUT_MS)
  const either = signal === undefined ? limit : AbortSignal.any([signal, limit])
  try {
    return await open(path, { ...init, signal: either })
  } catch (error) {
    if (error instanceof Problem || signal?.aborted === true) throw error
    throw unreachable()
  }
}

function isOurAbort(error: unknown, signal: AbortSignal | null | undefined): boolean {
  return signal?.aborted === true && error instanceof DOMException
}
