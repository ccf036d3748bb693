/** A local HTTP server that keeps what is posted to it and answers as a test says. */
import type { IncomingHttpHeaders } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export type Posted = {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

type Answer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

export type Receiver = {
  readonly origin: string
  readonly posted: readonly Posted[]
  /** Resolves once so many were posted in all. */
  readonly until: (count: number) => Promise<void>
  /** What is answered from now on; `silence` never answers. */
  readonly answer: (answer: Answer | 'silence') => void
  readonly close: () => Promise<unknown>
}

export async function startReceiver(): Promise<Receiver> {
  const posted: Posted[] = []
  const waiting: { readonly count: number; readonly done: () => void }[] = []
  let answer: Answer | 'silence' = { status: 204 }
  const server = createServer(async (request, response) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = Buffer.concat(chunks).toString('utf8')
    posted.push({ path: request.url ?? '', headers: request.headers, body })
    for (const one of waiting) if (posted.length >= one.count) one.done()
    if (answer !== 'silence') response.writeHead(answer.status, answer.headers).end(answer.body)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', () => done()))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    posted,
    until: (count) =>
      posted.length >= count
        ? Promise.resolve()
        : new Promise((done) => waiting.push({ count, done })),
    answer: (next) => {
      answer = next
    },
    close: () => {
      server.closeAllConnections()
      return new Promise((done) => server.close(done))
    },
  }
}
