import { once } from 'node:events'
import type { Server } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, expect, it } from 'vitest'
import { createListener, type Face, listen } from '../../src/faces/listener.ts'

let server: Server | undefined
afterEach(() => {
  server?.closeAllConnections()
  server?.close()
})

/** Sends one request and gives what came back until the connection was closed. */
async function exchange(face: Face, request: string): Promise<string> {
  const timeouts = { headersMs: 100, requestMs: 200, checkMs: 50 }
  server = createListener({ mcp: face, rest: face }, timeouts)
  const port = await listen(server, '127.0.0.1', 0)
  const socket = connect(port, '127.0.0.1')
  let heard = ''
  socket.on('data', (chunk) => {
    heard += chunk
  })
  socket.write(request)
  await once(socket, 'close')
  return heard
}

const answering: Face = (_request, response) => void response.end()
const HEAD = 'POST /oauth/token HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n'

it('cuts off a client that never ends its request, so that strangers cannot hold connections', async () => {
  const waiting: Face = (request) => void request.resume()
  expect(await exchange(waiting, `${HEAD}content-length: 10\r\n\r\nhalf`)).toContain(' 408 ')
})

it('keeps a connection for an agent that thinks for a while, longer than proxies do', async () => {
  server = createListener({ mcp: answering, rest: answering })
  const port = await listen(server, '127.0.0.1', 0)
  const answer = await fetch(`http://127.0.0.1:${port}/`)
  expect(answer.headers.get('keep-alive')).toBe('timeout=65')
})

it('lets an answer take as long as a person needs', async () => {
  const slow: Face = async (_request, response) => {
    await wait(500)
    response.end('decided')
  }
  expect(await exchange(slow, `${HEAD}content-length: 0\r\n\r\n`)).toContain('decided')
})
