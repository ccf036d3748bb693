import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { compiledCode } from '../../range/settings.ts'
import { NFT_ENTRIES } from './nft-entries.ts'
import { hasPrograms, type RealPlane, startReal } from './real-plane.ts'

const CAN_RUN = process.getuid?.() === 0 && hasPrograms('ip', 'nft')

/** Two ends of a cable: the attacker's and the manager's address here, the host over there. */
const NAMESPACE = `cs${process.pid % 100_000}`
const OCTET = (process.pid % 200) + 20
const ATTACKER = `10.77.${OCTET}.1`
const MANAGER = `10.77.${OCTET}.3`
const HOST = `10.77.${OCTET}.2`
const PORT = 8080

let real: RealPlane
let web: ChildProcess

const ip = (...args: readonly string[]) => execFileSync('ip', args, { stdio: 'pipe' })

async function layCable(): Promise<void> {
  const [here, there] = [`${NAMESPACE}a`, `${NAMESPACE}b`]
  ip('netns', 'add', NAMESPACE)
  ip('link', 'add', here, 'type', 'veth', 'peer', 'name', there, 'netns', NAMESPACE)
  for (const own of [ATTACKER, MANAGER]) ip('addr', 'add', `${own}/24`, 'dev', here)
  ip('link', 'set', here, 'up')
  ip('-n', NAMESPACE, 'addr', 'add', `${HOST}/24`, 'dev', there)
  for (const device of [there, 'lo']) ip('-n', NAMESPACE, 'link', 'set', device, 'up')
  const serve = `require('node:net').createServer((s) => s.end('hello'))
    .listen(${PORT}, '0.0.0.0', () => console.log('up'))`
  web = spawn('ip', ['netns', 'exec', NAMESPACE, process.execPath, '-e', serve])
  await once(web.stdout ?? web, 'data')
}

/** Seen from outside: whether the host answers somebody who calls from this address. */
function answers(from: string): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect({ host: HOST, port: PORT, localAddress: from, timeout: 700 })
    const end = (isThere: boolean) => {
      socket.destroy()
      done(isThere)
    }
    socket.on('data', () => end(true))
    socket.on('error', () => end(false))
    socket.on('timeout', () => end(false))
  })
}

describe.skipIf(!CAN_RUN)('nftables in a network namespace (root, ip and nft)', () => {
  beforeAll(async () => {
    await layCable()
    const upstream = {
      id: 'nft',
      transport: 'stdio',
      command: process.execPath,
      args: [resolve(import.meta.dirname, '../../range/targets/nft-mcp.ts')],
      env: {
        ...compiledCode(),
        NFT_NETNS: NAMESPACE,
        NFT_MANAGEMENT: MANAGER,
        PATH: `${process.env.PATH}:/usr/sbin`,
      },
      trustsShippedEntries: false,
    } as const
    const assets = [
      ['device', 'web-14'],
      ['ipv4_net', ATTACKER],
    ] as const
    real = await startReal(upstream, NFT_ENTRIES, assets)
  }, 90_000)
  afterAll(async () => {
    await real?.plane.close()
    web?.kill()
    ip('netns', 'del', NAMESPACE)
  })

  it('blocks an address and lets it through again, both felt by who calls [R63]', async () => {
    expect(await answers(ATTACKER)).toBe(true)
    const call = await real.done('block_address', { address: ATTACKER, seconds: 600 })
    expect(await answers(ATTACKER)).toBe(false)
    expect(await answers(MANAGER), 'nobody else').toBe(true)
    await real.undone(call)
    expect(await answers(ATTACKER)).toBe(true)
  }, 60_000)

  it('isolates a host but for its management address, and connects it again [R63]', async () => {
    const call = await real.done('isolate_host', { host: 'web-14' })
    expect(await answers(ATTACKER)).toBe(false)
    expect(await answers(MANAGER)).toBe(true)
    await real.undone(call)
    expect(await answers(ATTACKER)).toBe(true)
  }, 60_000)
})
