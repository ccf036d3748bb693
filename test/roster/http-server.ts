/** A local server whose answers a test scripts; every request it got is kept. */
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Heard = { readonly url: URL; readonly headers: IncomingHttpHeaders }
export type Said = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  /** Breaks the connection instead. */
  readonly isBroken?: true
}

export type TestServer = {
  readonly origin: string
  readonly heard: readonly Heard[]
  /** What comes next; the last is repeated. */
  readonly say: (...answers: readonly (Said | ((heard: Heard) => Said))[]) => void
  readonly close: () => Promise<unknown>
}

export async function startTestServer(): Promise<TestServer> {
  const heard: Heard[] = []
  let script: readonly (Said | ((heard: Heard) => Said))[] = []
  const server = createServer((request, response) => {
    const one = { url: new URL(request.url ?? '', 'http://test'), headers: request.headers }
    heard.push(one)
    const [next, ...rest] = script
    if (rest.length > 0) script = rest
    const said = typeof next === 'function' ? next(one) : (next ?? { status: 404 })
    if (said.isBroken) request.socket.destroy()
    else response.writeHead(said.status, said.headers).end(said.body)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    heard,
    say: (...answers) => {
      script = answers
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(done))
    },
  }
}
