/**
 * What the firewall and the edge share: which client addresses are blocked, and until when. The firewall
 * writes it, the edge reads it for every connection.
 */
import { join } from 'node:path'
import { type StateFile, stateFile } from './state-file.ts'

export type Block = {
  readonly address: string
  readonly reason: string
  readonly blockedAtMs: number
  /** The block ends by itself at this instant. */
  readonly untilMs: number
}

export type Blocklist = { readonly blocks: readonly Block[] }

/** The shared block list below the range's data directory. */
export function openBlocklist(dataDir: string): StateFile<Blocklist> {
  return stateFile<Blocklist>(join(dataDir, 'blocklist.json'), { blocks: [] })
}

/** The block in force for the address at the instant, if there is one. */
export function blockOf(list: Blocklist, address: string, nowMs: number): Block | undefined {
  return list.blocks.find((block) => block.address === address && block.untilMs > nowMs)
}

/** The list with the block added in place of an older one of the same address; ended blocks fall out. */
export function withBlock(list: Blocklist, block: Block): Blocklist {
  return { blocks: [...withoutBlock(list, block.address, block.blockedAtMs).blocks, block] }
}

/** The list without the address and without blocks that have ended. */
export function withoutBlock(list: Blocklist, address: string, nowMs: number): Blocklist {
  return { blocks: list.blocks.filter((each) => each.address !== address && each.untilMs > nowMs) }
}
