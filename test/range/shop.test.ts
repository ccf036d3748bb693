import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBlocklist, withBlock } from '../../range/blocklist.ts'
import { probe } from '../../range/probe-client.ts'
import { proxyLine } from '../../range/proxy-header.ts'
import { startRange } from '../../range/start.ts'
import { type Practice, startPractice } from './practice.ts'

const ATTACKER = '203.0.113.53'
const CUSTOMER = '198.51.100.9'
const MINUTE_MS = 60_000

function block(practice: Practice, address: string, fromMs: number): void {
  const untilMs = fromMs + MINUTE_MS
  const entry = { address, reason: 'test', blockedAtMs: fromMs, untilMs }
  openBlocklist(practice.dataDir).change((list) => withBlock(list, entry))
}

/** Connects to the edge as a client, answers with everything received until the connection closes. */
async function raw(practice: Practice, ...sent: readonly string[]): Promise<string> {
  const socket = connect(practice.range.edge)
  socket.on('error', () => undefined)
  let received = ''
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1')
  })
  for (const part of sent) socket.write(part)
  await once(socket, 'close')
  return received
}

describe('the shop behind its edge', () => {
  let practice: Practice
  const sight = (address: string) => probe({ ...practice.range.edge, address })

  beforeAll(async () => {
    practice = await startPractice()
  })
  afterAll(() => practice.stop())

  it('serves a client until its address is blocked, and goes on serving the others', async () => {
    expect(await sight(ATTACKER)).toBe('served')
    block(practice, ATTACKER, Date.now())
    expect(await sight(ATTACKER)).toBe('refused')
    expect(await sight(CUSTOMER)).toBe('served')
  })

  it('shows the same to a separate process that knows only port and address', async () => {
    block(practice, '203.0.113.50', Date.now())
    const look = async (address: string) => {
      const { host, port } = practice.range.edge
      const args = ['range/probe-client.ts', String(port), address, host]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      const [line] = await once(createInterface({ input: child.stdout }), 'line')
      const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode]
      return [line, code]
    }
    expect(await look('203.0.113.51')).toEqual(['served', 0])
    expect(await look('203.0.113.50')).toEqual(['refused', 3])
  })

  it('serves again once the block has run out', async () => {
    block(practice, '203.0.113.60', Date.now() - 2 * MINUTE_MS)
    expect(await sight('203.0.113.60')).toBe('served')
  })

  it('ends a connection that was open when the block came', async () => {
    const address = '203.0.113.70'
    const socket = connect(practice.range.edge)
    socket.on('error', () => undefined)
    const get = 'GET / HTTP/1.1\r\nHost: shop\r\n\r\n'
    socket.write(proxyLine(address, 50_000, '127.0.0.2', practice.range.edge.port) + get)
    const [first] = await once(socket, 'data')
    expect(String(first)).toContain(address)
    block(practice, address, Date.now())
    let later = ''
    socket.on('data', (chunk) => {
      later += String(chunk)
    })
    const closed = once(socket, 'close')
    socket.write(get)
    await closed
    expect(later).toBe('')
  })

  it.each([
    ['no header at all', 'GET / HTTP/1.1\r\nHost: shop\r\n\r\n'],
    ['an address that is none', 'PROXY TCP4 203.0.113.999 127.0.0.2 1 2\r\nGET / HTTP/1.1\r\n\r\n'],
    ['an unknown family', 'PROXY TCP9 203.0.113.1 127.0.0.2 1 2\r\nGET / HTTP/1.1\r\n\r\n'],
    ['a header without an end', `PROXY TCP4 ${'1'.repeat(200)}`],
  ])('answers nothing to a connection with %s', async (_name, sent) => {
    expect(await raw(practice, sent)).toBe('')
  })

  it('understands a header that arrives in two pieces', async () => {
    const { host, port } = practice.range.edge
    const line = proxyLine('203.0.113.80', 50_000, host, port)
    const request = 'GET / HTTP/1.1\r\nHost: shop\r\nConnection: close\r\n\r\n'
    expect(await raw(practice, line.slice(0, 9), line.slice(9) + request)).toContain('203.0.113.80')
  })

  it('lets nobody in while it cannot read who is blocked', async () => {
    const broken = await startPractice()
    writeFileSync(join(broken.dataDir, 'blocklist.json'), '{ torn')
    expect(await probe({ ...broken.range.edge, address: CUSTOMER })).toBe('refused')
    await broken.stop()
  })
})

describe('the programs of the range', () => {
  it('are all gone when the one who started them was killed', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'range-'))
    const starter = spawn(process.execPath, ['range/start.ts', dataDir], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const [line] = await once(createInterface({ input: starter.stdout }), 'line')
    const { edge, urls } = JSON.parse(String(line))
    expect(await probe({ ...edge, address: CUSTOMER })).toBe('served')
    starter.kill('SIGKILL')
    // Their stdout is not ours; that nobody listens any more is what counts.
    const isGone = async () =>
      (await probe({ ...edge, address: CUSTOMER })) === 'unreachable' &&
      (await fetch(urls.login).catch(() => undefined)) === undefined &&
      (await fetch(urls.firewall).catch(() => undefined)) === undefined
    await expect.poll(isGone, { timeout: 5_000 }).toBe(true)
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('leave nothing running when one of them cannot start', async () => {
    const first = await startPractice()
    const { edge, urls } = first.range
    const login = Number(new URL(urls.login).port)
    const firewall = Number(new URL(urls.firewall).port)
    await first.stop()
    const squatter = createServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => squatter.listen(edge.port, edge.host, resolve))
    const ports = { edge: edge.port, login, firewall }
    await expect(startPractice({ ports })).rejects.toThrow(/^edge of the .* EADDRINUSE/s)
    await expect(fetch(urls.login)).rejects.toThrow('fetch failed')
    await expect(fetch(urls.firewall)).rejects.toThrow('fetch failed')
    squatter.close()
  })

  it('begin every practice as the seed says', async () => {
    const first = await startPractice()
    block(first, ATTACKER, Date.now())
    const again = await startRange({ dataDir: first.dataDir })
    expect(await probe({ ...again.edge, address: ATTACKER })).toBe('served')
    await again.stop()
    await first.stop()
  })

  it('call a shop that is not there unreachable, never refused', async () => {
    const practice = await startPractice()
    const { edge } = practice.range
    await practice.stop()
    expect(await probe({ ...edge, address: CUSTOMER })).toBe('unreachable')
  })
})
