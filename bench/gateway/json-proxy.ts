/**
 * The least any gateway that looks at calls must do: take the bytes, parse them, hash the arguments of a call,
 * send the bytes on over kept connections and the answer back. No MCP library, no policy, no record.
 */
import { createHash } from 'node:crypto'
import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serveTarget } from './target.ts'

const upstream = process.env.BENCH_UPSTREAM ?? ''
const agent = new Agent({ keepAlive: true })

const http = createServer((req, res) => void forward(req, res))
await new Promise<void>((done) => http.listen(0, '127.0.0.1', done))

serveTarget({
  url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
  close: async () => {
    agent.destroy()
    http.closeAllConnections()
  },
})

async function forward(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const chunks: Buffer[] = []
  for await (const chunk of req as AsyncIterable<Buffer>) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const { method, params } = JSON.parse(body.toString('utf8'))
  if (method === 'tools/call') {
    createHash('sha256').update(JSON.stringify(params.arguments)).digest('hex')
  }
  const { host: _, ...headers } = req.headers
  const onward = request(upstream, { agent, method: 'POST', headers }, (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(res)
  })
  onward.on('error', () => res.destroy())
  onward.end(body)
}
