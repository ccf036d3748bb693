/**
 * The network edge in front of the shop: takes a connection, learns from the PROXY header who the client is,
 * and drops it before the first byte when the firewall blocks that address. A block also ends connections
 * that are already open, at the client's next byte.
 *
 * Environment: RANGE_DATA (folder with the block list), RANGE_EDGE_HOST, RANGE_EDGE_PORT (where it listens),
 * RANGE_SHOP_HOST, RANGE_SHOP_PORT (whom it serves).
 */
import { connect, createServer, type Socket } from 'node:net'
import { blockOf, openBlocklist } from './blocklist.ts'
import { announce, leaveWithParent } from './lifetime.ts'
import { listenOnLoopback } from './listen.ts'
import { takeProxyHeader } from './proxy-header.ts'
import { portSetting, requiredSetting, setting } from './settings.ts'

const list = openBlocklist(requiredSetting('RANGE_DATA'))
const shop = { host: requiredSetting('RANGE_SHOP_HOST'), port: portSetting('RANGE_SHOP_PORT') }

function isBlocked(address: string): boolean {
  try {
    return blockOf(list.read(), address, Date.now()) !== undefined
  } catch (error) {
    // Not knowing who is blocked, the edge lets nobody in; a bystander's probe shows that it is the edge.
    process.stderr.write(`edge: the block list cannot be read: ${String(error)}\n`)
    return true
  }
}

async function serve(client: Socket): Promise<void> {
  client.on('error', () => client.destroy())
  const header = await takeProxyHeader(client)
  if (header === undefined || isBlocked(header.address)) {
    client.destroy()
    return
  }
  const upstream = connect(shop)
  upstream.on('error', () => client.destroy())
  upstream.on('close', () => client.destroy())
  client.on('close', () => upstream.destroy())
  client.on('data', () => {
    if (!isBlocked(header.address)) return
    upstream.destroy()
    client.destroy()
  })
  upstream.write(header.line)
  client.pipe(upstream)
  upstream.pipe(client)
}

const server = createServer({ noDelay: true }, (client) => void serve(client))
const bound = await listenOnLoopback(
  server,
  setting('RANGE_EDGE_HOST') ?? '127.0.0.2',
  portSetting('RANGE_EDGE_PORT'),
)
announce({ host: bound.address, port: bound.port })
leaveWithParent()
