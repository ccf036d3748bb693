import type { Tx } from '../kernel/commit.ts'
import type { Digest } from '../kernel/digest.ts'
import type { Tool, ToolDefinition, ToolKind } from './tool.ts'

export type ToolStore = {
  readonly byName: (
    tenant: string,
    upstream: string,
    kind: ToolKind,
    name: string,
  ) => Promise<Tool | undefined>
  readonly list: (tenant: string) => Promise<readonly Tool[]>
  /** Inserts or replaces by (tenant, upstream, kind, name) and raises the tool's revision and `tools`. */
  readonly put: (tx: Tx, tool: Tool) => Promise<void>
  /** Every definition digest ever seen for the tool, oldest first; shows a swap there and back. */
  readonly seenDigests: (
    tenant: string,
    upstream: string,
    name: string,
  ) => Promise<readonly string[]>
}

/** The last time a tool was seen to work and its inverse was seen to take it back. */
export type Drill = {
  readonly tenant: string
  readonly upstream: string
  readonly name: string
  /** Of the entry that was exercised; another entry has not been. */
  readonly entryDigest: Digest
  readonly call: string
  readonly undo: string
  readonly atMs: number
}

export type DrillStore = {
  readonly list: (tenant: string) => Promise<readonly Drill[]>
  /** Replaces the earlier drill of the tool. */
  readonly put: (tx: Tx, drill: Drill) => Promise<void>
}

/** What a tool server offers now. Listing is no call: it carries no arguments of an agent and changes nothing. */
export type UpstreamOffer = {
  readonly upstream: string
  readonly definitions: readonly { readonly kind: ToolKind; readonly definition: ToolDefinition }[]
  /** Capabilities as the server declared them in the era it speaks. */
  readonly capabilities: Readonly<Record<string, unknown>>
  readonly serverName: string
  readonly serverVersion: string
  readonly instructions?: string
}
