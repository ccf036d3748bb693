/**
 * The shop: the small web service that customers, and attackers, see. It sits behind the edge, learns its
 * client from the PROXY header the edge hands on, and greets it by address. A connection without the header
 * did not come through the edge and is dropped.
 *
 * Environment: RANGE_SHOP_HOST, RANGE_SHOP_PORT (where it listens).
 */
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Socket } from 'node:net'
import { announce, leaveWithParent } from './lifetime.ts'
import { listenOnLoopback } from './listen.ts'
import { takeProxyHeader } from './proxy-header.ts'
import { portSetting, setting } from './settings.ts'

const clients = new WeakMap<Socket, string>()

const http = createHttpServer((request, response) => {
  const client = clients.get(request.socket) ?? 'unknown'
  const body = `${JSON.stringify({ shop: 'open', client, path: request.url })}\n`
  response.writeHead(200, { 'content-type': 'application/json' }).end(body)
})

async function admit(socket: Socket): Promise<void> {
  socket.on('error', () => socket.destroy())
  const header = await takeProxyHeader(socket)
  if (header === undefined) {
    socket.destroy()
    return
  }
  clients.set(socket, header.address)
  http.emit('connection', socket)
  socket.resume()
}

const server = createServer({ noDelay: true }, (socket) => void admit(socket))
const bound = await listenOnLoopback(
  server,
  setting('RANGE_SHOP_HOST') ?? '127.0.0.3',
  portSetting('RANGE_SHOP_PORT'),
)
announce({ host: bound.address, port: bound.port })
leaveWithParent()
