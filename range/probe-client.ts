/**
 * A look at the shop from outside, as a client with a given address: `node range/probe-client.ts <port>
 * <address> [host]` prints `served`, `refused` or `unreachable`. It shares nothing with the gateway, so what
 * it prints is what a client of that address really gets.
 *
 * Exit code: 0 served, 3 refused, 7 unreachable (nobody listens, or no answer in time), 2 usage.
 */
import { connect, isIPv4 } from 'node:net'
import { proxyLine } from './proxy-header.ts'

export type Sight = 'served' | 'refused' | 'unreachable'

export type Probe = { readonly host: string; readonly port: number; readonly address: string }

/** The shop answers within milliseconds on the same machine. */
const PATIENCE_MS = 3_000
/** Any unprivileged port: the header wants the client's, and nothing looks at it. */
const CLIENT_PORT = 50_000

/**
 * One request as the client `address`. `refused` only if the connection was taken and then closed without a
 * byte, which is what a block looks like; a server that is not there is `unreachable`, never `refused`.
 */
export function probe({ host, port, address }: Probe): Promise<Sight> {
  return new Promise((resolve) => {
    let received = ''
    let isConnected = false
    const socket = connect({ host, port, timeout: PATIENCE_MS })
    socket.setEncoding('latin1')
    socket.on('connect', () => {
      isConnected = true
      socket.write(proxyLine(address, CLIENT_PORT, host, port))
      socket.write('GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n')
    })
    socket.on('data', (text) => {
      received += text
    })
    // The close that follows every error tells the same story; a dropped connection may show as a reset.
    socket.on('error', () => undefined)
    let isSilent = false
    socket.on('timeout', () => {
      isSilent = true
      socket.destroy()
    })
    socket.on('close', () => {
      if (received.startsWith('HTTP/1.1 200 ')) resolve('served')
      else resolve(isConnected && !isSilent && received === '' ? 'refused' : 'unreachable')
    })
  })
}

const EXIT_CODES: Readonly<Record<Sight, number>> = { served: 0, refused: 3, unreachable: 7 }
const EXIT_USAGE = 2

if (import.meta.main) {
  const [port = '', address = '', host = '127.0.0.2'] = process.argv.slice(2)
  if (/^\d{1,5}$/.test(port) && isIPv4(address) && isIPv4(host)) {
    const sight = await probe({ host, port: Number(port), address })
    process.stdout.write(`${sight}\n`)
    process.exitCode = EXIT_CODES[sight]
  } else {
    process.stderr.write('usage: node range/probe-client.ts <port> <client address> [host]\n')
    process.exitCode = EXIT_USAGE
  }
}
