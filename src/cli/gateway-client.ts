/**
 * The command line's side of the REST interface. Every answer is read with the schema of the contract before
 * anything is shown, and every refusal comes back as the failure it is, with the words the gateway chose.
 */
import type { z } from 'zod'
import { problem } from '../contract/problem.ts'
import { Failure, isFailureCode } from '../kernel/failure.ts'

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE'

export type GatewayClient = {
  readonly baseUrl: string
  /** Throws `gateway_unreachable`, or whatever the gateway refuses with. */
  readonly get: <T extends z.ZodType>(path: string, answer: T) => Promise<z.output<T>>
  readonly send: <T extends z.ZodType>(
    method: Method,
    path: string,
    body: unknown,
    answer: T,
  ) => Promise<z.output<T>>
  /** The body as it comes, for files. */
  readonly download: (method: Method, path: string, body?: unknown) => Promise<Response>
}

/** An export of a large case takes a while; everything else answers within a second. */
const TIMEOUT_MS = 60_000

/** `token` absent: only what is public answers. */
export function openGateway(
  baseUrl: string,
  token: string | undefined,
  headers: Readonly<Record<string, string>> = {},
): GatewayClient {
  const download: GatewayClient['download'] = async (method, path, body) => {
    const response = await ask(baseUrl, path, {
      method,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        accept: 'application/json, application/problem+json, */*;q=0.1',
        ...headers,
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    // A change that waits for a second person is a 202 and a problem.
    const isProblem = response.headers.get('content-type')?.includes('problem+json') === true
    if (!response.ok || isProblem) throw await refusalOf(response)
    return response
  }
  return {
    baseUrl,
    download,
    get: async (path, answer) => read(await download('GET', path), answer),
    send: async (method, path, body, answer) => read(await download(method, path, body), answer),
  }
}

/** The same as the console does it: logged in with a one-time link, and saying where it is from. */
export async function openConsole(baseUrl: string, link: string): Promise<GatewayClient> {
  const fromHere = { origin: new URL(baseUrl).origin, 'countersign-console': '1' }
  const stranger = openGateway(baseUrl, undefined, fromHere)
  const opened = await stranger.download('POST', '/api/v1/session', { link })
  const [cookie = ''] = (opened.headers.get('set-cookie') ?? '').split(';')
  return openGateway(baseUrl, undefined, { ...fromHere, cookie })
}

async function ask(baseUrl: string, path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(baseUrl + path, init)
  } catch (cause) {
    throw new Failure('gateway_unreachable', `nobody answers at ${baseUrl}${why(cause)}`, { cause })
  }
}

/** Whether nobody was there, or somebody hung up. */
function why(error: unknown): string {
  const { code } = ((error as Error).cause ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? ` (${code})` : ''
}

async function read<T extends z.ZodType>(response: Response, answer: T): Promise<z.output<T>> {
  const body: unknown = await response.json().catch(() => undefined)
  const result = answer.safeParse(body)
  if (result.success) return result.data
  const [issue] = result.error.issues
  const place = issue?.path.join('.') ?? ''
  throw new Failure(
    'internal',
    `the gateway answered something else than its contract says (${place}: ${issue?.message ?? 'not JSON'}); it may be of another version`,
  )
}

/** A refusal, by the gateway or by whatever stands in front of it. */
async function refusalOf(response: Response): Promise<Failure> {
  const body: unknown = await response.json().catch(() => undefined)
  const said = problem.safeParse(body)
  if (!said.success) {
    return new Failure(
      'internal',
      `HTTP ${response.status} without a problem: is this Countersign?`,
    )
  }
  const { code, title, detail } = said.data
  if (isFailureCode(code)) return new Failure(code, detail ?? title)
  return new Failure('internal', `${code}: ${detail ?? title}`)
}
