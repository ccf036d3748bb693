/** The one HTTP server: what belongs to MCP goes to the MCP face, everything else to the REST face. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A face takes the request over completely. */
export type Face = (request: IncomingMessage, response: ServerResponse) => void

/** Slow or silent clients are cut off; a held call keeps its stream alive with progress. Milliseconds. */
const HEADERS_TIMEOUT_MS = 10_000
/** 64 KiB of headers is four times the default and far below what a task token needs. */
const MAX_HEADER_BYTES = 64 * 1024

export function createListener(faces: { readonly mcp: Face; readonly rest: Face }): Server {
  const server = createServer(
    { headersTimeout: HEADERS_TIMEOUT_MS, maxHeaderSize: MAX_HEADER_BYTES },
    (request, response) => {
      const path = (request.url ?? '/').split('?', 1)[0] ?? '/'
      const isMcp = path === '/mcp' || path.startsWith('/mcp/')
      if (isMcp) faces.mcp(request, response)
      else faces.rest(request, response)
    },
  )
  // Streams of held calls and events outlive any fixed request time.
  server.requestTimeout = 0
  return server
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
