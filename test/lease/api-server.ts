/** An HTTP server that plays the published API of a backend; every request it got is kept. */
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Asked = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}
/** `silence`: no answer at all. `break`: the connection ends. */
export type Told =
  | {
      readonly status: number
      readonly json?: unknown
      readonly text?: string
      readonly headers?: Readonly<Record<string, string>>
    }
  | 'silence'
  | 'break'

export type ApiServer = {
  readonly url: string
  readonly asked: readonly Asked[]
  /** Before the API itself: what comes next for requests whose path matches, once for each. */
  readonly interrupt: (path: RegExp, ...answers: readonly Told[]) => void
  readonly forget: () => void
  readonly close: () => Promise<unknown>
}

export async function startApi(api: (asked: Asked) => Told): Promise<ApiServer> {
  const asked: Asked[] = []
  let interruptions: { path: RegExp; answer: Told }[] = []
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of request) chunks.push(chunk)
    const { method = '', url: path = '', headers } = request
    const one = { method, path, headers, body: Buffer.concat(chunks).toString() }
    asked.push(one)
    const at = interruptions.findIndex((each) => each.path.test(path))
    const told = at === -1 ? api(one) : interruptions.splice(at, 1)[0]?.answer
    if (told === 'silence' || told === undefined) return
    if (told === 'break') return void request.socket.destroy()
    const body = told.json === undefined ? told.text : JSON.stringify(told.json)
    const type = told.json === undefined ? {} : { 'content-type': 'application/json' }
    response.writeHead(told.status, { ...type, ...told.headers }).end(body)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    interrupt: (path, ...answers) => {
      interruptions.push(...answers.map((answer) => ({ path, answer })))
    },
    forget: () => {
      asked.length = 0
      interruptions = []
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(done))
    },
  }
}
