/**
 * The conformance suite cannot send a token in server mode. This loopback shim adds one and changes nothing
 * else: Host and Origin stay as the suite sent them, or the check against DNS rebinding would test the shim.
 */
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Shim = { readonly url: string; readonly close: () => Promise<void> }

/** Forwards to the same path prefix of `target`, e.g. `http://127.0.0.1:1234/mcp/u/fixture`. */
export async function startShim(target: string, token: () => Promise<string>): Promise<Shim> {
  const { hostname, port, pathname } = new URL(target)
  const http = createServer((req, res) => {
    void token().then((bearer) => {
      const onward = request({
        hostname,
        port,
        path: pathname,
        method: req.method,
        headers: { ...req.headers, authorization: `Bearer ${bearer}` },
      })
      onward.on('response', (answer) => {
        res.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(res)
      })
      onward.on('error', () => res.destroy())
      res.on('close', () => onward.destroy())
      req.pipe(onward)
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    close: async () => {
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    },
  }
}
