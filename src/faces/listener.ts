/** The one HTTP server: what belongs to MCP goes to the MCP face, everything else to the REST face. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A face takes the request over completely. */
export type Face = (request: IncomingMessage, response: ServerResponse) => void

type ListenerTimeouts = {
  readonly headersMs: number
  /** For a whole request, body included. */
  readonly requestMs: number
  /** How often connections are looked at; a time-out bites this much later at most. */
  readonly checkMs: number
}

/**
 * Slow or silent clients are cut off, those without a token too; 4 MiB in a minute is a slow line. An answer may
 * take as long as it does: a held call has sent its request.
 */
const TIMEOUTS: ListenerTimeouts = { headersMs: 10_000, requestMs: 60_000, checkMs: 5_000 }
/**
 * How long a connection without a request is kept. A client that thinks for some seconds asks again on the same one, and
 * where that is being closed at this very moment its request is lost; proxies keep theirs for a minute.
 */
const KEPT_MS = 65_000
/** 64 KiB of headers is four times the default and far below what a task token needs. */
const MAX_HEADER_BYTES = 64 * 1024

export function createListener(
  faces: { readonly mcp: Face; readonly rest: Face },
  timeouts: ListenerTimeouts = TIMEOUTS,
): Server {
  return createServer(
    {
      headersTimeout: timeouts.headersMs,
      keepAliveTimeout: KEPT_MS,
      requestTimeout: timeouts.requestMs,
      connectionsCheckingInterval: timeouts.checkMs,
      maxHeaderSize: MAX_HEADER_BYTES,
    },
    (request, response) => {
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
      const isMcp = path === '/mcp' || path.startsWith('/mcp/')
      if (isMcp) faces.mcp(request, response)
      else faces.rest(request, response)
    },
  )
}

/** Starts listening and gives the port really taken. Rejects when the port is in use. */
export function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((done, fail) => {
    server.once('error', fail)
    server.listen(port, host, () => {
      server.off('error', fail)
      done((server.address() as AddressInfo).port)
    })
  })
}
