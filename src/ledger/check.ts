/**
 * Checking a whole stored log: every entry is hashed again, the tree is built again, and head, tiles and
 * checkpoints are compared with it; then the rules between entries. One pass, entries streamed; memory grows
 * only with what the rules must remember.
 */
import { encodeHex } from './base64.ts'
import { parseCheckpoint } from './checkpoint.ts'
import type { InvariantCode, InvariantReport } from './finding.ts'
import { InvariantChecker } from './invariants.ts'
import type { Frontier } from './merkle.ts'
import {
  appendLeaf,
  EMPTY_FRONTIER,
  equalBytes,
  frontierBytes,
  leafHash,
  rootOf,
} from './merkle.ts'
import { verifyNote } from './note.ts'
import type { NoteKey } from './note-key.ts'
import { parseVkey } from './note-key.ts'
import type { LogHead, StoredCheckpoint, StoredEntry } from './ports.ts'
import { readEntry } from './read-entry.ts'
import { joinHashTile, splitHashTile, TILE_HEIGHT, TILE_WIDTH } from './tile.ts'

export type LogFindingCode =
  | 'ledger_entry_tampered'
  | 'ledger_tile_torn'
  | 'ledger_head_wrong'
  | 'entry_not_allowed'
  | InvariantCode

export type LogFinding = {
  readonly code: LogFindingCode
  readonly index?: number
  readonly detail: string
}

export type StoredLog = {
  readonly tenant: string
  /** All entries, by index. */
  readonly entries: AsyncIterable<StoredEntry> | Iterable<StoredEntry>
  readonly head: LogHead
  /** A stored full tile, or undefined when there is none. */
  readonly tile: (level: number, index: number) => Promise<Uint8Array | undefined>
  readonly checkpoints: readonly StoredCheckpoint[]
  /** C2SP vkey of the log. */
  readonly verifierKey: string
}

export type LogReport = {
  readonly size: number
  readonly findings: readonly LogFinding[]
  readonly rules: InvariantReport
}

/** Checks a log. Finds what is wrong rather than throwing; only a read that fails throws. */
export async function checkLog(log: StoredLog): Promise<LogReport> {
  const findings: LogFinding[] = []
  const rules = new InvariantChecker()
  const tiles = new TileCheck(log.tile)
  const checkpoints = new CheckpointCheck(log)
  let frontier = EMPTY_FRONTIER
  for await (const stored of log.entries) {
    if (stored.index !== frontier.size) {
      findings.push({
        code: 'ledger_head_wrong',
        index: frontier.size,
        detail: `entry ${frontier.size} is not stored`,
      })
      break
    }
    const leaf = checkEntry(log.tenant, stored, rules, findings)
    const completed: Promise<void>[] = []
    frontier = appendLeaf(frontier, leaf, (level, index, hash) => {
      const compared = tiles.node(level, index, hash)
      if (compared !== undefined) completed.push(compared)
    })
    // Awaited only when a tile became full, once in 256 entries.
    if (completed.length > 0) await Promise.all(completed)
    checkpoints.reached(frontier)
  }
  const isHead = checkHead(log.head, frontier, findings)
  findings.push(...tiles.findings(isHead), ...checkpoints.findings(frontier.size))
  const report = rules.report()
  return { size: frontier.size, findings: [...findings, ...report.findings], rules: report }
}

/**
 * Checks one entry and says with which leaf the tree goes on. That of a changed entry is the stored one, so
 * that one flipped byte is one finding and the rest of the log is still judged.
 */
function checkEntry(
  tenant: string,
  stored: StoredEntry,
  rules: InvariantChecker,
  findings: LogFinding[],
): Uint8Array {
  const { index } = stored
  const leaf = leafHash(stored.bytes)
  if (!equalBytes(leaf, stored.leafHash)) {
    findings.push({
      code: 'ledger_entry_tampered',
      index,
      detail: 'the bytes do not hash to the stored leaf',
    })
    return stored.leafHash
  }
  const read = readEntry(stored.bytes)
  if (!read.ok) {
    findings.push({ code: 'entry_not_allowed', index, detail: read.fault })
  } else if (read.entry.tenant !== tenant || read.entry.id !== stored.id) {
    findings.push({
      code: 'ledger_entry_tampered',
      index,
      detail: 'the entry is stored under another tenant or id',
    })
  } else {
    rules.add({ index, leaf: encodeHex(leaf), entry: read.entry })
  }
  return leaf
}

function checkHead(head: LogHead, frontier: Frontier, findings: LogFinding[]): boolean {
  const wrong = (detail: string) => findings.push({ code: 'ledger_head_wrong', detail })
  if (head.size !== frontier.size) {
    wrong(`the head counts ${head.size} entries, ${frontier.size} are stored`)
    return false
  }
  const isRoot = equalBytes(head.root, rootOf(frontier))
  if (!isRoot) wrong('the root in the head is not the root of the entries')
  else if (!equalBytes(head.frontier, frontierBytes(frontier)))
    wrong('the frontier in the head is another')
  return isRoot
}

/** Compares stored tiles as the tree grows past them. */
class TileCheck {
  private readonly tile: StoredLog['tile']
  private readonly rows = new Map<number, Uint8Array[]>()
  private readonly torn: { level: number; index: number; differing: readonly number[] }[] = []

  constructor(tile: StoredLog['tile']) {
    this.tile = tile
  }

  node(level: number, index: number, hash: Uint8Array): Promise<void> | undefined {
    if (level % TILE_HEIGHT !== 0) return undefined
    const tileLevel = level / TILE_HEIGHT
    const row = this.rows.get(tileLevel) ?? []
    row.push(hash)
    this.rows.set(tileLevel, row)
    if (row.length < TILE_WIDTH) return undefined
    this.rows.set(tileLevel, [])
    return this.compare(tileLevel, Math.floor(index / TILE_WIDTH), joinHashTile(row))
  }

  /** When the head does not fit the entries either, the tile names the entries that were replaced. */
  findings(isHeadRight: boolean): LogFinding[] {
    return this.torn.flatMap(({ level, index, differing }): LogFinding[] => {
      const replaced =
        isHeadRight || level > 0 ? [] : differing.map((at) => index * TILE_WIDTH + at)
      return [
        { code: 'ledger_tile_torn', detail: `tile ${level}/${index} is not what the entries give` },
        ...replaced.map(
          (at): LogFinding => ({
            code: 'ledger_entry_tampered',
            index: at,
            detail: 'its tile holds another leaf',
          }),
        ),
      ]
    })
  }

  private async compare(level: number, index: number, expected: Uint8Array): Promise<void> {
    const stored = await this.tile(level, index)
    if (stored !== undefined && equalBytes(stored, expected)) return
    this.torn.push({ level, index, differing: differingHashes(expected, stored) })
  }
}

/** Positions of differing hashes; none when the stored tile is absent or cut, which says nothing about them. */
function differingHashes(expected: Uint8Array, stored: Uint8Array | undefined): number[] {
  if (stored === undefined || stored.length !== expected.length) return []
  const others = splitHashTile(stored)
  return splitHashTile(expected).flatMap((hash, i) =>
    equalBytes(hash, others[i] ?? hash) ? [] : [i],
  )
}

/** Compares signed checkpoints with the tree at their size. */
class CheckpointCheck {
  private readonly wrong: LogFinding[] = []
  private readonly roots = new Map<number, Uint8Array[]>()

  constructor(log: StoredLog) {
    const key = parseVkey(log.verifierKey)
    for (const stored of log.checkpoints) {
      const read = typeof key === 'object' ? rootSignedBy(stored, key) : undefined
      if (read === undefined) this.fault(stored.size, 'is not signed by this log for this size')
      else this.roots.set(stored.size, [...(this.roots.get(stored.size) ?? []), read])
    }
    this.reached(EMPTY_FRONTIER)
  }

  reached(frontier: Frontier): void {
    const signed = this.roots.get(frontier.size)
    if (signed === undefined) return
    this.roots.delete(frontier.size)
    const root = rootOf(frontier)
    if (!signed.every((each) => equalBytes(each, root)))
      this.fault(frontier.size, 'was signed over other entries')
  }

  findings(size: number): LogFinding[] {
    for (const beyond of this.roots.keys())
      this.fault(beyond, `was signed, but the log has only ${size} entries`)
    return this.wrong
  }

  private fault(size: number, what: string): void {
    this.wrong.push({ code: 'ledger_head_wrong', detail: `the checkpoint of size ${size} ${what}` })
  }
}

function rootSignedBy(stored: StoredCheckpoint, key: NoteKey): Uint8Array | undefined {
  try {
    const { note, checkpoint } = parseCheckpoint(new TextEncoder().encode(stored.note))
    const verdict = verifyNote(note, [key])
    const isSigned = verdict.verified.length === 1 && verdict.rejected.length === 0
    return isSigned && checkpoint.origin === key.name && checkpoint.size === stored.size
      ? checkpoint.root
      : undefined
  } catch {
    return undefined
  }
}
