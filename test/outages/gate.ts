/** A way to a server on the loopback that can be cut and mended: refused connections, not answers that say no. */
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

export type Gate = {
  /** The same address behind the gate. */
  readonly url: string
  readonly shut: () => Promise<void>
  readonly open: () => Promise<void>
}

/** Leads to `url`, under an address of its own. */
export async function openGate(url: string): Promise<Gate> {
  const behind = new URL(url)
  const front = new URL(url)
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far = connect(Number(behind.port), behind.hostname)
    for (const socket of [near, far]) {
      sockets.add(socket)
      socket.on('error', () => socket.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        near.destroy()
        far.destroy()
      })
    }
    near.pipe(far).pipe(near)
  })
  await listenOn(server, 0)
  const { port } = server.address() as AddressInfo
  front.port = String(port)
  return {
    url: front.href,
    shut: async () => {
      if (!server.listening) return
      const closed = new Promise((done) => server.close(done))
      for (const socket of sockets) socket.destroy()
      await closed
    },
    open: async () => {
      if (!server.listening) await listenOn(server, port)
    },
  }
}

function listenOn(server: Server, port: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', failed)
    server.listen(port, '127.0.0.1', () => {
      server.off('error', failed)
      done()
    })
  })
}
