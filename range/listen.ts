/** Listening on a loopback address of one's own, so that servers of the range are told apart by address. */
import type { AddressInfo, Server } from 'node:net'

/** Where systems configure only one loopback address (macOS), everything lives on this one. */
const ONLY_LOOPBACK = '127.0.0.1'

/**
 * Starts listening and answers with the address that was bound: `host` where the system has it (Linux has all
 * of 127.0.0.0/8), else 127.0.0.1. Rejects with the system's error, e.g. when the port is taken.
 */
export async function listenOnLoopback(
  server: Server,
  host: string,
  port: number,
): Promise<AddressInfo> {
  try {
    return await listen(server, host, port)
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'EADDRNOTAVAIL'
    if (!isMissing || host === ONLY_LOOPBACK) throw error
    return listen(server, ONLY_LOOPBACK, port)
  }
}

function listen(server: Server, host: string, port: number): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      const bound = server.address()
      if (bound === null || typeof bound === 'string') reject(new Error('not a TCP server'))
      else resolve(bound)
    })
  })
}
