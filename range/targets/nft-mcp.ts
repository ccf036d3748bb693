/**
 * A real firewall as an MCP server over stdio: nftables in one network namespace. Blocks a client address for a time,
 * cuts a host off but for its management address, takes both back, looks. Own tables only; the rules of others stay.
 *
 * Environment: NFT_NETNS (name of the namespace), NFT_MANAGEMENT (IPv4 address that is always let through).
 * Needs `ip` and `nft`, and the right to change the namespace.
 */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { McpServer } from '@modelcontextprotocol/server'
import { serveStdio } from '@modelcontextprotocol/server/stdio'
import { z } from 'zod'
import { answer } from '../answer.ts'
import { requiredSetting } from '../settings.ts'

const NAMESPACE = requiredSetting('NFT_NETNS')
const MANAGEMENT = requiredSetting('NFT_MANAGEMENT')
const BLOCKS = 'countersign_blocks'
const ISOLATION = 'countersign_isolation'
const MAX_SECONDS = 86_400
const NFT_TIMEOUT_MS = 5_000

const run = promisify(execFile)
const address = z.ipv4().describe('IPv4 address of one client')
const READ_ONLY = { readOnlyHint: true, openWorldHint: false } as const
const CHANGES = { destructiveHint: false, idempotentHint: true, openWorldHint: false } as const

/** One call of nft. No shell is between, and an address is one before it gets here. */
async function nft(...args: readonly string[]): Promise<string> {
  const command = ['netns', 'exec', NAMESPACE, 'nft', ...args]
  return (await run('ip', command, { timeout: NFT_TIMEOUT_MS })).stdout
}

async function ensureBlocks(): Promise<void> {
  await nft('add', 'table', 'inet', BLOCKS)
  await nft('add', 'set', 'inet', BLOCKS, 'blocked4', '{ type ipv4_addr; flags timeout; }')
  const hook = '{ type filter hook input priority -10; policy accept; }'
  await nft('add', 'chain', 'inet', BLOCKS, 'input', hook)
  const rules = await nft('list', 'chain', 'inet', BLOCKS, 'input')
  if (!rules.includes('@blocked4')) {
    await nft('add', 'rule', 'inet', BLOCKS, 'input', 'ip', 'saddr', '@blocked4', 'drop')
  }
}

async function isBlocked(client: string): Promise<boolean> {
  // The element is not there, or the whole table is not: either way nothing is blocked.
  return nft('get', 'element', 'inet', BLOCKS, 'blocked4', `{ ${client} }`).then(
    () => true,
    () => false,
  )
}

/** Everything is dropped but what comes from the management address, and loopback. */
async function isolate(): Promise<void> {
  if (await isIsolated()) return
  await nft(
    [
      `table inet ${ISOLATION} {`,
      '  chain input { type filter hook input priority -5; policy drop;',
      `    iif lo accept; ip saddr ${MANAGEMENT} accept; }`,
      '  chain output { type filter hook output priority -5; policy drop;',
      `    oif lo accept; ip daddr ${MANAGEMENT} accept; }`,
      '}',
    ].join('\n'),
  )
}

async function isIsolated(): Promise<boolean> {
  return (await nft('list', 'tables')).includes(`table inet ${ISOLATION}`)
}

function registerBlocks(server: McpServer): void {
  const state = z.strictObject({ address: z.string(), blocked: z.boolean() })
  const show = async (client: string) =>
    answer({ address: client, blocked: await isBlocked(client) })
  server.registerTool(
    'block_address',
    {
      description: 'Drops what one client address sends to this host, for a number of seconds.',
      inputSchema: z.strictObject({ address, seconds: z.int().min(1).max(MAX_SECONDS) }),
      outputSchema: state,
      annotations: CHANGES,
    },
    async (args) => {
      await ensureBlocks()
      // An element that is there keeps its timeout; only a new one gets another.
      if (await isBlocked(args.address)) await unblock(args.address)
      const element = `{ ${args.address} timeout ${args.seconds}s }`
      await nft('add', 'element', 'inet', BLOCKS, 'blocked4', element)
      return show(args.address)
    },
  )
  server.registerTool(
    'unblock_address',
    {
      description: 'Lets a blocked client address through again.',
      inputSchema: z.strictObject({ address }),
      outputSchema: state,
      annotations: CHANGES,
    },
    async (args) => {
      if (await isBlocked(args.address)) await unblock(args.address)
      return show(args.address)
    },
  )
  server.registerTool(
    'address_status',
    {
      description: 'Whether one client address is blocked now.',
      inputSchema: z.strictObject({ address }),
      outputSchema: state,
      annotations: READ_ONLY,
    },
    (args) => show(args.address),
  )
}

async function unblock(client: string): Promise<void> {
  await nft('delete', 'element', 'inet', BLOCKS, 'blocked4', `{ ${client} }`)
}

function registerIsolation(server: McpServer): void {
  const inputSchema = z.strictObject({ host: z.string().describe('Name of the host') })
  const outputSchema = z.strictObject({ host: z.string(), isolated: z.boolean() })
  const show = async (host: string) => answer({ host, isolated: await isIsolated() })
  server.registerTool(
    'isolate_host',
    {
      description: 'Cuts the host off from everything but its management address.',
      inputSchema,
      outputSchema,
      annotations: CHANGES,
    },
    async ({ host }) => {
      await isolate()
      return show(host)
    },
  )
  server.registerTool(
    'release_host',
    {
      description: 'Connects an isolated host again.',
      inputSchema,
      outputSchema,
      annotations: CHANGES,
    },
    async ({ host }) => {
      if (await isIsolated()) await nft('delete', 'table', 'inet', ISOLATION)
      return show(host)
    },
  )
  server.registerTool(
    'host_status',
    {
      description: 'Whether the host is isolated now.',
      inputSchema,
      outputSchema,
      annotations: READ_ONLY,
    },
    ({ host }) => show(host),
  )
}

serveStdio(() => {
  const server = new McpServer({ name: 'nftables', version: '1.0.0' })
  registerBlocks(server)
  registerIsolation(server)
  return server
})
