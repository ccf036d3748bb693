/**
 * Tiles of a transparency log as static resources (C2SP tlog-tiles): names, hash tiles and entry bundles.
 * A *hash tile* holds 256 consecutive subtree hashes, an *entry bundle* the 256 entries below a level-0
 * tile; the rightmost ones are partial. Names and bytes are exactly what third-party verifiers fetch.
 */
import { Failure } from '../kernel/failure.ts'
import { HASH_BYTES } from './merkle.ts'

/** Hashes in a full tile, and entries in a full bundle. */
export const TILE_WIDTH = 256
/** Tree levels one tile spans: 2^8 = 256. */
export const TILE_HEIGHT = 8
/** An entry's length is written in 16 bits. */
export const MAX_BUNDLED_ENTRY_BYTES = 65_535

/** Tile levels up to 6 cover 2^53 entries; the specification allows 63. */
const MAX_TILE_LEVEL = 63

export type Tile = {
  readonly kind: 'hashes' | 'entries'
  /** Tile level; 0 for bundles. */
  readonly level: number
  readonly index: number
  /** 1 to 256; below 256 it is a partial tile. */
  readonly width: number
}

/** The path below the log's prefix: `tile/0/x001/067.p/12`, `tile/entries/000`. */
export function tilePath(tile: Tile): string {
  const level = tile.kind === 'entries' ? 'entries' : String(tile.level)
  const partial = tile.width === TILE_WIDTH ? '' : `.p/${tile.width}`
  return `tile/${level}/${indexPath(tile.index)}${partial}`
}

/** The tile a path names, or undefined when it is not the one spelling of a tile path. */
export function parseTilePath(path: string): Tile | undefined {
  const match = /^tile\/(entries|\d{1,2})\/((?:x\d{3}\/){0,5}\d{3})(?:\.p\/(\d{1,3}))?$/.exec(path)
  if (match === null) return undefined
  const [, level = '', index = '', width] = match
  const tile: Tile = {
    kind: level === 'entries' ? 'entries' : 'hashes',
    level: level === 'entries' ? 0 : Number(level),
    index: Number(index.replaceAll(/[x/]/g, '')),
    width: width === undefined ? TILE_WIDTH : Number(width),
  }
  const inRange =
    tile.level <= MAX_TILE_LEVEL && tile.width >= 1 && Number.isSafeInteger(tile.index)
  // Writing it again refuses leading zeroes, an extra x000 and the partial spelling of a full tile.
  return inRange && tilePath(tile) === path ? tile : undefined
}

function indexPath(index: number): string {
  const groups = [String(index % 1000).padStart(3, '0')]
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    groups.unshift(`x${String(rest % 1000).padStart(3, '0')}`)
  }
  return groups.join('/')
}

/**
 * Every tile and bundle that a log growing from `oldSize` to `newSize` entries must write so that a
 * checkpoint of `newSize` can be served: all that became full, and the partial ones at the right edge.
 */
export function newTiles(oldSize: number, newSize: number): Tile[] {
  const tiles: Tile[] = []
  const span = (kind: Tile['kind'], level: number, from: number, to: number) => {
    for (let index = Math.floor(from / TILE_WIDTH); index * TILE_WIDTH < to; index++) {
      tiles.push({ kind, level, index, width: Math.min(TILE_WIDTH, to - index * TILE_WIDTH) })
    }
  }
  if (newSize > oldSize) span('entries', 0, oldSize, newSize)
  let [from, to] = [oldSize, newSize]
  for (let level = 0; to > from; level++) {
    span('hashes', level, from, to)
    from = Math.floor(from / TILE_WIDTH)
    to = Math.floor(to / TILE_WIDTH)
  }
  return tiles
}

/** The bytes of a hash tile. */
export function joinHashTile(hashes: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(hashes.length * HASH_BYTES)
  for (const [i, hash] of hashes.entries()) bytes.set(hash, i * HASH_BYTES)
  return bytes
}

/** The hashes of a tile. Throws `ledger_tile_torn` unless it is 1 to 256 whole hashes. */
export function splitHashTile(bytes: Uint8Array): Uint8Array[] {
  const count = bytes.length / HASH_BYTES
  if (!Number.isInteger(count) || count < 1 || count > TILE_WIDTH) {
    throw new Failure('ledger_tile_torn', `a hash tile has ${bytes.length} bytes`)
  }
  return Array.from({ length: count }, (_, i) => bytes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES))
}

/** The bytes of an entry bundle: each entry behind its length as big-endian uint16. */
export function joinEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const entry of entries) {
    if (entry.length > MAX_BUNDLED_ENTRY_BYTES) {
      throw new Failure('entry_not_allowed', `an entry of ${entry.length} bytes fits no bundle`)
    }
    view.setUint16(at, entry.length)
    bytes.set(entry, at + 2)
    at += 2 + entry.length
  }
  return bytes
}

/** The entries of a bundle. Throws `ledger_tile_torn` when it is cut, has a tail or more than 256 entries. */
export function splitEntryBundle(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: Uint8Array[] = []
  let at = 0
  while (at < bytes.length) {
    const end = at + 2 <= bytes.length ? at + 2 + view.getUint16(at) : bytes.length + 1
    if (end > bytes.length || entries.length === TILE_WIDTH) {
      throw new Failure(
        'ledger_tile_torn',
        'an entry bundle does not end where its last entry does',
      )
    }
    entries.push(bytes.slice(at + 2, end))
    at = end
  }
  return entries
}
