/** An upstream of any tools, reviewed as a platform engineer would, with its calls counted from outside. */
import { existsSync, readFileSync, watch, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { compiledCode } from '../../range/settings.ts'
import { reviewTool } from '../../src/command/review-tool.ts'
import type { UpstreamConfig } from '../../src/config.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { TENANT } from '../../src/wiring.ts'
import type { Plane } from './plane.ts'

export type AnyTool = {
  readonly name: string
  readonly entry?: JsonObject
  readonly definition?: JsonObject
}

export type AnyTools = {
  readonly config: UpstreamConfig
  readonly tools: readonly AnyTool[]
  /** What reached the server, in order. */
  readonly calls: () => readonly { readonly name: string; readonly arguments: JsonObject }[]
  /** Resolves when the server was asked for this tool on this target. */
  readonly reached: (name: string, target: string) => Promise<void>
  /** Offers other definitions from now on; the gateway sees them at its next listing. */
  readonly offer: (tools: readonly AnyTool[]) => void
}

/** `target` is what entries name; the rest steers the server (any-tools-mcp.ts). */
const ANYTHING: JsonObject = {
  type: 'object',
  properties: {
    target: { type: 'string' },
    text: { type: 'string' },
    wait_ms: { type: 'number' },
    exit: { type: 'boolean' },
    fail: { type: 'boolean' },
  },
  additionalProperties: true,
}

export function anyTools(id: string, folder: string, tools: readonly AnyTool[]): AnyTools {
  const toolsFile = join(folder, `${id}-tools.json`)
  const callsFile = join(folder, `${id}-calls.ndjson`)
  const offer = (offered: readonly AnyTool[]) =>
    writeFileSync(toolsFile, JSON.stringify(offered.map(definitionOf)))
  offer(tools)
  const calls = () =>
    existsSync(callsFile)
      ? readFileSync(callsFile, 'utf8')
          .split('\n')
          // After the last line end stands nothing, or a line that is being written.
          .slice(0, -1)
          .map((line) => JSON.parse(line))
      : []
  return {
    tools,
    offer,
    reached: (name, target) =>
      new Promise((done) => {
        const look = () => {
          const isThere = calls().some(
            (call) => call.name === name && call.arguments.target === target,
          )
          if (!isThere) return
          watcher.close()
          done()
        }
        const watcher = watch(folder, look)
        look()
      }),
    calls,
    config: {
      id,
      transport: 'stdio',
      command: process.execPath,
      args: [resolve(import.meta.dirname, 'any-tools-mcp.ts')],
      env: { ...compiledCode(), TOOLS_FILE: toolsFile, CALLS_FILE: callsFile },
      trustsShippedEntries: false,
    },
  }
}

function definitionOf({ name, definition }: AnyTool): JsonObject {
  return { name, description: `Does ${name}.`, inputSchema: ANYTHING, ...definition }
}

/** Reviews every tool that has an entry, as the platform engineer, and declares its actions. */
export async function reviewAll(
  plane: Plane,
  upstream: Pick<AnyTools, 'config' | 'tools'>,
): Promise<void> {
  const deps = plane.gateway.parts.restParts
  for (const { name, entry } of upstream.tools) {
    if (entry === undefined) continue
    const tool = await deps.tools.byName(TENANT, upstream.config.id, 'tool', name)
    if (tool === undefined) throw new Error(`${name} was not noticed`)
    await reviewTool(deps, {
      tenant: TENANT,
      by: { kind: 'person', person: plane.petra },
      upstream: upstream.config.id,
      kind: 'tool',
      name,
      seenDigest: tool.definitionDigest,
      verdict: { kind: 'approve', entry },
    })
  }
  await plane.gateway.refreshTools()
}

/** Entries for the effects tests need most; the target is named by the argument `target`. */
export const ENTRIES = {
  read: {
    effect: 'read',
    verb: 'query',
    target: { kind: 'device', from: 'has(args.target) ? args.target : []' },
  },
  note: { effect: 'annotate', verb: 'annotate', target: { kind: 'case' } },
  block: {
    effect: 'contain',
    verb: 'deny',
    target: { kind: 'ipv4_net', from: 'args.target' },
    reversibility: 'reversible',
    inverse: { tool: 'unblock', arguments: { target: 'args.target' } },
  },
  unblock: {
    effect: 'contain',
    verb: 'allow',
    target: { kind: 'ipv4_net', from: 'args.target' },
    reversibility: 'reversible',
    inverse: { tool: 'block', arguments: { target: 'args.target' } },
  },
} as const satisfies Readonly<Record<string, JsonObject>>
