/** The tools of the practice firewall: block one client address for a time, lift it, look. */
import { isIPv4 } from 'node:net'
import { McpServer } from '@modelcontextprotocol/server'
import { z } from 'zod'
import { answer, refuse } from './answer.ts'
import { type Block, type Blocklist, blockOf, withBlock, withoutBlock } from './blocklist.ts'
import type { StateFile } from './state-file.ts'

/** A day: a longer block belongs into the rule base, where somebody reviews it. */
const MAX_BLOCK_MINUTES = 1440
/** Enough for a sentence and a case number. */
const MAX_REASON_CHARS = 500
const MS_PER_MINUTE = 60_000

const address = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,3}){3}$/)
  .describe('IPv4 address of one client, for example 203.0.113.7')

const blockState = z.strictObject({
  address: z.string(),
  blocked: z.boolean(),
  until: z.string().nullable().describe('RFC 3339 instant at which the block ends by itself'),
  reason: z.string().nullable(),
})

const READ_ONLY = { readOnlyHint: true, openWorldHint: false } as const

export type FirewallOptions = {
  readonly list: StateFile<Blocklist>
  /** Practice fault: a block is acknowledged but not done, so that only a look from outside finds it out. */
  readonly isNoop: boolean
  readonly nowMs: () => number
}

/** The MCP server with all tools; one per connection, state is shared through `list`. */
export function firewallServer(options: FirewallOptions): McpServer {
  const server = new McpServer({ name: 'range-firewall', version: '1.0.0' })
  registerChanges(server, options)
  registerReads(server, options)
  return server
}

function registerChanges(server: McpServer, { list, isNoop, nowMs }: FirewallOptions): void {
  server.registerTool(
    'block_address',
    {
      title: 'Block a client address',
      description:
        'Drops every connection from one client address to the published services. The block ends by itself ' +
        'after the given time and can be lifted earlier with unblock_address.',
      inputSchema: z.strictObject({
        address,
        duration_minutes: z
          .int()
          .min(1)
          .max(MAX_BLOCK_MINUTES)
          .describe('How long the block lasts'),
        reason: z.string().min(1).max(MAX_REASON_CHARS).describe('Why, with the case number'),
      }),
      outputSchema: blockState,
      annotations: { destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    (args) => {
      if (!isIPv4(args.address)) return refuse(`${args.address} is not an IPv4 address.`)
      const now = nowMs()
      const untilMs = now + args.duration_minutes * MS_PER_MINUTE
      const block: Block = {
        address: args.address,
        reason: args.reason,
        blockedAtMs: now,
        untilMs,
      }
      if (!isNoop) list.change((blocklist) => withBlock(blocklist, block))
      return answer(stateOf(args.address, block))
    },
  )
  server.registerTool(
    'unblock_address',
    {
      title: 'Lift the block of a client address',
      description: 'Lets a blocked client address connect again.',
      inputSchema: z.strictObject({ address }),
      outputSchema: blockState,
      annotations: { destructiveHint: false, idempotentHint: true, openWorldHint: false },
    },
    (args) => {
      if (!isIPv4(args.address)) return refuse(`${args.address} is not an IPv4 address.`)
      list.change((blocklist) => withoutBlock(blocklist, args.address, nowMs()))
      return answer(stateOf(args.address, undefined))
    },
  )
}

function registerReads(server: McpServer, { list, nowMs }: FirewallOptions): void {
  server.registerTool(
    'list_blocked',
    {
      title: 'List blocked addresses',
      description: 'Lists the blocks in force now.',
      inputSchema: z.strictObject({}),
      outputSchema: z.strictObject({ blocked: z.array(blockState) }),
      annotations: READ_ONLY,
    },
    () => {
      const now = nowMs()
      const inForce = list.read().blocks.filter((block) => block.untilMs > now)
      return answer({ blocked: inForce.map((block) => stateOf(block.address, block)) })
    },
  )
  server.registerTool(
    'address_status',
    {
      title: 'Show whether an address is blocked',
      description: 'Shows whether one client address is blocked now, until when and why.',
      inputSchema: z.strictObject({ address }),
      outputSchema: blockState,
      annotations: READ_ONLY,
    },
    (args) => {
      if (!isIPv4(args.address)) return refuse(`${args.address} is not an IPv4 address.`)
      return answer(stateOf(args.address, blockOf(list.read(), args.address, nowMs())))
    },
  )
}

function stateOf(clientAddress: string, block: Block | undefined): z.infer<typeof blockState> {
  return {
    address: clientAddress,
    blocked: block !== undefined,
    until: block === undefined ? null : new Date(block.untilMs).toISOString(),
    reason: block?.reason ?? null,
  }
}
