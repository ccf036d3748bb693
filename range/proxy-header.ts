/**
 * The PROXY protocol, version 1, as HAProxy specifies it (proxy-protocol.txt, section 2.1): one line of text
 * before the first byte of the client, which says who the client is. Whoever may connect to a port that
 * accepts this header is believed, so such a port belongs on a private network; here it is on loopback.
 */
import { isIPv4, isIPv6, type Socket } from 'node:net'

/** Section 2.1: "a 108-byte buffer is always enough to store all the line and a trailing zero". */
const MAX_HEADER_BYTES = 107
/** A sender writes the header at once; one that has not done so by now never will. */
const HEADER_TIMEOUT_MS = 5_000
const LINE_END = '\r\n'

export type ProxyHeader = {
  /** The client's address: as the header says, or the connection's own when it says UNKNOWN. */
  readonly address: string
  /** The line with its end, to be handed on to the next hop. */
  readonly line: string
}

/**
 * Takes the header off a fresh connection; what follows it stays in the socket to be read, which is paused.
 * Answers undefined when the connection closes, is too slow or begins with anything else: then the caller
 * must not serve it.
 */
export function takeProxyHeader(socket: Socket): Promise<ProxyHeader | undefined> {
  return new Promise((resolve) => {
    let received = Buffer.alloc(0)
    const finish = (header: ProxyHeader | undefined) => {
      socket.setTimeout(0)
      socket.off('data', onData).off('close', onEnd).off('error', onEnd).off('timeout', onEnd)
      socket.pause()
      resolve(header)
    }
    const onEnd = () => finish(undefined)
    const onData = (chunk: Buffer) => {
      received = Buffer.concat([received, chunk])
      const end = received.indexOf(LINE_END)
      if (end === -1 && received.length < MAX_HEADER_BYTES) return
      const lineBytes = end + LINE_END.length
      if (end === -1 || lineBytes > MAX_HEADER_BYTES) return finish(undefined)
      const line = received.subarray(0, lineBytes).toString('latin1')
      const address = clientOf(line, socket)
      finish(address === undefined ? undefined : { address, line })
      if (received.length > lineBytes) socket.unshift(received.subarray(lineBytes))
    }
    socket.setTimeout(HEADER_TIMEOUT_MS)
    socket.on('data', onData).on('close', onEnd).on('error', onEnd).on('timeout', onEnd)
  })
}

/** The header line a proxy sends for a client that asked for `destination`. */
export function proxyLine(client: string, clientPort: number, destination: string, port: number) {
  return `PROXY TCP4 ${client} ${destination} ${clientPort} ${port}${LINE_END}`
}

function clientOf(line: string, socket: Socket): string | undefined {
  const [magic, family, source = '', destination = '', ...ports] = line.trimEnd().split(' ')
  if (magic !== 'PROXY') return undefined
  if (family === 'UNKNOWN') return socket.remoteAddress
  const isAddress = family === 'TCP4' ? isIPv4 : family === 'TCP6' ? isIPv6 : () => false
  if (!isAddress(source) || !isAddress(destination)) return undefined
  const arePorts = ports.length === 2 && ports.every((port) => /^\d{1,5}$/.test(port))
  return arePorts ? source : undefined
}
