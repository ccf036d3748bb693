/**
 * The two ways to a tool server, with the lease's credential injected: into the environment of a child
 * process, or as the Authorization header of each HTTP request. What the agent presented never gets here.
 */
import { AsyncLocalStorage } from 'node:async_hooks'
import { hash } from 'node:crypto'
import { StreamableHTTPClientTransport, type Transport } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { canonicalText } from '../kernel/canonical-json.ts'
import { Failure } from '../kernel/failure.ts'
import type { Log } from '../kernel/log.ts'
import type { LeaseSecret } from '../lease/placement.ts'
import type { UpstreamLimits, UpstreamSpec } from './upstream-spec.ts'

/** Set around one exchange, so that a response that grows too large ends exactly that exchange. */
export type InExchange = { readonly fail: (failure: Failure) => void }
export const exchangeScope = new AsyncLocalStorage<InExchange>()

/** Names a credential without holding it: connections are shared only among equal credentials. */
export function identityOf(secret: LeaseSecret | undefined): string {
  if (secret === undefined || secret.kind === 'none') return 'none'
  const named = [secret.kind, secret.value, ...(secret.lease === undefined ? [] : [secret.lease])]
  return hash('sha256', canonicalText(named), 'hex').slice(0, 32)
}

/** `onRedirect` hears that the server pointed elsewhere. */
export function makeTransport(
  spec: UpstreamSpec,
  secret: LeaseSecret | undefined,
  limits: UpstreamLimits,
  log: Log,
  onRedirect: () => void = () => undefined,
): Transport {
  return spec.transport === 'stdio'
    ? stdioTransport(spec, secret, limits, log)
    : new StreamableHTTPClientTransport(new URL(spec.url), {
        fetch: guardedFetch(secret, limits.maxResultBytes, onRedirect),
      })
}

/**
 * For a child of its own class the library starts a second one, asks that for its era and ends it, since some servers
 * end at the question. Every tool server would be started twice for the sake of those, so the child itself is asked
 * and `openConnection` starts another when it did not take that well.
 */
class ChildTransport extends StdioClientTransport {}

function stdioTransport(
  spec: UpstreamSpec & { transport: 'stdio' },
  secret: LeaseSecret | undefined,
  limits: UpstreamLimits,
  log: Log,
): Transport {
  const transport = new ChildTransport({
    command: spec.command,
    args: [...spec.args],
    // The library adds PATH, HOME and the like, and nothing else of our own environment.
    env: { ...spec.env, ...(secret?.kind === 'environment' ? secret.value : {}) },
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
    stderr: 'pipe',
    // A message beyond the buffer closes the child for everybody, so the result limit must bite first.
    maxBufferSize: limits.maxResultBytes * 4,
  })
  transport.stderr?.on('data', (chunk: Buffer) => {
    log.debug(
      { upstream: spec.id, bytes: chunk.length },
      'the tool server wrote to its error output',
    )
  })
  return transport
}

/** The type of `fetch` that the transport takes. */
type Fetch = (url: string | URL, init?: RequestInit) => Promise<Response>

function guardedFetch(
  secret: LeaseSecret | undefined,
  maxBytes: number,
  onRedirect: () => void,
): Fetch {
  const injected = Object.entries(headersOf(secret))
  return async (url, init) => {
    const headers = new Headers(init?.headers)
    headers.delete('authorization')
    for (const [name, value] of injected) headers.set(name, value)
    const response = await fetch(url, { ...init, headers })
    if (response.redirected || (response.status >= 300 && response.status < 400)) onRedirect()
    return init?.method === 'POST' ? limited(response, maxBytes) : response
  }
}

/** What each HTTP request carries, names in lower case. Throws `config_invalid` when a member is missing. */
export function headersOf(secret: LeaseSecret | undefined): Readonly<Record<string, string>> {
  const member = (name: string): string => {
    const value = secret?.value[name]
    if (value === undefined)
      throw new Failure('config_invalid', `a ${secret?.kind} lease needs a member "${name}"`)
    return value
  }
  switch (secret?.kind) {
    case 'bearer':
      return { authorization: `Bearer ${member('token')}` }
    case 'basic':
      return { authorization: `Basic ${basicOf(member('user'), member('password'))}` }
    case 'headers':
      return Object.fromEntries(
        Object.entries(secret.value).map(([name, value]) => [name.toLowerCase(), value]),
      )
    default:
      return {}
  }
}

/** RFC 7617, with UTF-8. */
export function basicOf(user: string, password: string): string {
  return Buffer.from(`${user}:${password}`, 'utf8').toString('base64')
}

/** The same response, ended by `upstream_protocol` once its body passes the limit. */
async function limited(response: Response, maxBytes: number): Promise<Response> {
  const { body, headers, status, statusText } = response
  if (body === null) return response
  const count = counting(maxBytes, exchangeScope.getStore())
  const isWhole = headers.get('content-type')?.startsWith('application/json') === true
  return new Response(isWhole ? await readWhole(body, count) : body.pipeThrough(passing(count)), {
    status,
    statusText,
    headers,
  })
}

type Count = (chunk: Uint8Array) => Failure | undefined

/** Told of each chunk; once there were too many bytes, it ends the exchange and says so. */
function counting(maxBytes: number, scope: InExchange | undefined): Count {
  let seen = 0
  return (chunk) => {
    seen += chunk.length
    if (seen <= maxBytes) return undefined
    const failure = new Failure('upstream_protocol', 'the result is too large')
    scope?.fail(failure)
    return failure
  }
}

/** One answer in one piece is cheaper read at once than passed through a stream. */
async function readWhole(body: ReadableStream<Uint8Array>, count: Count): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) {
    const failure = count(chunk)
    if (failure !== undefined) throw failure
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function passing(count: Count): TransformStream<Uint8Array, Uint8Array> {
  return new TransformStream({
    transform(chunk, controller) {
      const failure = count(chunk)
      if (failure === undefined) controller.enqueue(chunk)
      else controller.error(failure)
    },
  })
}
