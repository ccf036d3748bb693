/** Raw JSON-RPC over HTTP, for what no client library would send. */

export type WireAnswer = {
  readonly status: number
  readonly headers: Headers
  readonly body: WireBody
}

export type WireBody = {
  readonly id?: unknown
  readonly result?: Readonly<Record<string, unknown>>
  readonly error?: {
    readonly code: number
    readonly message: string
    readonly data?: Readonly<Record<string, unknown>>
  }
}

const ENVELOPE = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientInfo': { name: 'raw', version: '1' },
  'io.modelcontextprotocol/clientCapabilities': {},
}

/** Sends exactly this body. `headers` replace the usual ones; undefined leaves one out. */
export async function postBytes(
  url: string,
  token: string | undefined,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string | undefined>> = {},
): Promise<WireAnswer> {
  const all: Record<string, string | undefined> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    authorization: token === undefined ? undefined : `Bearer ${token}`,
    ...headers,
  }
  const given = Object.entries(all).filter(
    (each): each is [string, string] => each[1] !== undefined,
  )
  const response = await fetch(url, {
    method: 'POST',
    headers: given,
    body: body as NonNullable<RequestInit['body']>,
  })
  return {
    status: response.status,
    headers: response.headers,
    body: lastMessage(await response.text()),
  }
}

/** A request of the 2026 protocol with its headers; `headers` and `meta` bend it. */
export function postModern(
  url: string,
  token: string,
  method: string,
  params: Readonly<Record<string, unknown>> = {},
  bent: {
    readonly headers?: Readonly<Record<string, string | undefined>>
    readonly meta?: Readonly<Record<string, unknown>>
  } = {},
): Promise<WireAnswer> {
  const { name, uri } = params
  const message = {
    jsonrpc: '2.0',
    id: 7,
    method,
    params: { ...params, _meta: { ...ENVELOPE, ...bent.meta } },
  }
  return postBytes(url, token, JSON.stringify(message), {
    'mcp-protocol-version': '2026-07-28',
    'mcp-method': method,
    'mcp-name': typeof name === 'string' ? name : typeof uri === 'string' ? uri : undefined,
    ...bent.headers,
  })
}

/** The JSON body, or the last message of an event stream. */
function lastMessage(text: string): WireBody {
  const events = text.split('\n').filter((line) => line.startsWith('data: {'))
  const last = events.at(-1)?.slice('data: '.length) ?? text
  try {
    return JSON.parse(last) as WireBody
  } catch {
    return {}
  }
}
