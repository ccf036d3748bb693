/** nftables in a network namespace of its own. The kernel itself tells of every change (`nft monitor`). */
import { execFileSync, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { NFT_ENTRIES } from '../../targets/nft-entries.ts'
import type { Order, RealTarget } from './real-target.ts'

const SECONDS = 86_400
const SET = ['inet', 'countersign_blocks', 'blocked4'] as const
const PATH = `${process.env.PATH}:/usr/sbin`

/** Two controls run at a time, each before a namespace of its own. */
let started = 0

export async function startNftables(count: number): Promise<RealTarget> {
  const namespace = `csk${process.pid}-${++started}`
  const folder = mkdtempSync(join(tmpdir(), 'countersign-nft-'))
  const env = { ...process.env, PATH }
  const run = (...command: readonly string[]) =>
    execFileSync('ip', command, { env, stdio: 'pipe' }).toString()
  const nft = (...words: readonly string[]) => run('netns', 'exec', namespace, 'nft', ...words)
  run('netns', 'add', namespace)
  const log = join(folder, 'monitor')
  const file = openSync(log, 'w')
  const monitor = spawn('ip', ['netns', 'exec', namespace, 'nft', 'monitor'], {
    env,
    stdio: ['ignore', file, 'ignore'],
  })
  closeSync(file)
  let marks = 0
  /** The kernel tells in order: when it told of our own mark, it has told of everything before. */
  const told = async (): Promise<string> => {
    const mark = `mark_${++marks}`
    for (;;) {
      nft('add', 'table', 'inet', mark)
      nft('delete', 'table', 'inet', mark)
      const text = readFileSync(log, 'utf8')
      if (text.includes(`add table inet ${mark}\n`)) return text
      await turn()
    }
  }
  await told()
  return {
    upstream: {
      id: 'nft',
      transport: 'stdio',
      command: process.execPath,
      args: [resolve(import.meta.dirname, '../../../range/targets/nft-mcp.ts')],
      env: { NFT_NETNS: namespace, NFT_MANAGEMENT: '10.99.255.254', PATH },
      trustsShippedEntries: false,
    },
    entries: NFT_ENTRIES,
    orders: Array.from({ length: count }, (_, at) => orderOf(at)),
    acts: async () => actsIn(await told()),
    isThere: async ({ target }) => {
      try {
        return nft('get', 'element', ...SET, `{ ${target.id} }`) !== ''
      } catch {
        return false
      }
    },
    stop: () => {
      monitor.kill('SIGKILL')
      run('netns', 'del', namespace)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function orderOf(at: number): Order {
  const address = `10.99.${Math.floor(at / 250)}.${(at % 250) + 1}`
  return {
    target: { kind: 'ipv4_net', id: address },
    act: { name: 'block_address', arguments: { address, seconds: SECONDS } },
    back: { name: 'unblock_address', arguments: { address } },
  }
}

function actsIn(told: string) {
  const changes = told.matchAll(
    /^(add|delete) element inet countersign_blocks blocked4 \{ ([\d.]+)/gm,
  )
  return [...changes].map(([, verb, address = '']) =>
    verb === 'add'
      ? { name: 'block_address', arguments: { address, seconds: SECONDS } }
      : { name: 'unblock_address', arguments: { address } },
  )
}
