/**
 * Knows which tool servers are alive. A tool server goes on for a moment when its gateway was killed: only when
 * its connection here has ended is what it wrote down complete.
 */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

export type Lifelines = {
  readonly port: number
  /** Resolves when no tool server is alive. Throws after ten seconds. */
  readonly allEnded: () => Promise<void>
  readonly close: () => Promise<void>
}

/** The longest a tool call of the workload takes is a tenth of a second. */
const LIMIT_MS = 10_000

export async function openLifelines(): Promise<Lifelines> {
  const open = new Set<Socket>()
  const server = createServer((socket) => {
    open.add(socket)
    // A killed process resets the connection; for us that is an end like any other.
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    socket.resume()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    allEnded: async () => {
      const late = wait(LIMIT_MS, undefined, { ref: false }).then(() => {
        throw new Error('a tool server outlived its gateway')
      })
      await Promise.race([late, Promise.all([...open].map((socket) => once(socket, 'close')))])
    },
    close: async () => {
      for (const socket of open) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
