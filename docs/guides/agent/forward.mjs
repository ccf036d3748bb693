// node forward.mjs PORT: adds the agent's task token to each request of an MCP client on this machine.
import { createServer, request } from 'node:http'
import { taskTokens } from './token.mjs'

const base = process.env.COUNTERSIGN_URL ?? 'http://localhost:7070'
const token = taskTokens()

const server = createServer((from, to) => {
  forward(from, to).catch((error) => to.writeHead(502).end(`${error.message}\n`))
})
server.listen(Number(process.argv[2]), '127.0.0.1')

async function forward(from, to) {
  const headers = { ...from.headers, authorization: `Bearer ${await token()}` }
  const onward = request(`${base}${from.url}`, { method: from.method, headers }, (answer) => {
    to.writeHead(answer.statusCode, answer.headers)
    answer.pipe(to)
  })
  onward.on('error', () => to.destroy())
  to.on('close', () => onward.destroy())
  from.pipe(onward)
}
