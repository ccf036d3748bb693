/**
 * Hash tiles and bundles out of a log that stores leaf hashes, entries and only *full* tiles. Partial tiles
 * at the right edge are put together on demand. Above level 0 that needs the roots of full tiles, which
 * never change, so each is computed once and kept: 32 bytes per 256 entries.
 */
import { Failure } from '../kernel/failure.ts'
import { nodeHash } from './merkle.ts'
import type { LedgerReader } from './ports.ts'
import type { Tile } from './tile.ts'
import { joinEntryBundle, joinHashTile, splitHashTile, TILE_WIDTH } from './tile.ts'
import type { ReadTile } from './tree-reader.ts'

export type TileSource = {
  /** A hash tile of at least the asked width, for building proofs. Throws `ledger_tile_torn`. */
  readonly readTile: ReadTile
  /** The bytes to serve under `tilePath`, or undefined when a log of `size` entries has no such tile. */
  readonly serve: (tile: Tile, size: number) => Promise<Uint8Array | undefined>
}

/** The tiles of one tenant's log. Keep the object: it remembers the roots of full tiles. */
export function tileSource(
  ledger: Pick<LedgerReader, 'entries' | 'leafHashes' | 'tile'>,
  tenant: string,
): TileSource {
  const roots = new Map<string, Promise<Uint8Array>>()

  const fullTile = async (level: number, index: number): Promise<Uint8Array> => {
    const bytes = await ledger.tile(tenant, level, index)
    if (bytes === undefined)
      throw new Failure('ledger_tile_torn', `tile ${level}/${index} is not stored`)
    return bytes
  }

  const rootOfTile = (level: number, index: number): Promise<Uint8Array> => {
    const key = `${level}/${index}`
    const known = roots.get(key)
    if (known !== undefined) return known
    const root = fullTile(level, index).then((bytes) => foldFull(splitHashTile(bytes)))
    roots.set(key, root)
    root.catch(() => roots.delete(key))
    return root
  }

  const readTile: ReadTile = async (level, index, width) => {
    if (width === TILE_WIDTH) return fullTile(level, index)
    const start = index * TILE_WIDTH
    if (level === 0) return joinHashTile(await ledger.leafHashes(tenant, start, start + width))
    const below = Array.from({ length: width }, (_, i) => rootOfTile(level - 1, start + i))
    return joinHashTile(await Promise.all(below))
  }

  const serve = async (tile: Tile, size: number): Promise<Uint8Array | undefined> => {
    const end = tile.index * TILE_WIDTH + tile.width
    if (end > Math.floor(size / TILE_WIDTH ** tile.level)) return undefined
    if (tile.kind === 'hashes') return readTile(tile.level, tile.index, tile.width)
    const entries = await ledger.entries(tenant, tile.index * TILE_WIDTH, end)
    return joinEntryBundle(entries.map((entry) => entry.bytes))
  }

  return { readTile, serve }
}

/** The root over the 256 hashes of a full tile. */
function foldFull(hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length !== TILE_WIDTH)
    throw new Failure('ledger_tile_torn', 'a stored tile is not full')
  let row = hashes
  while (row.length > 1) {
    const parents: Uint8Array[] = []
    for (let i = 0; i < row.length; i += 2) {
      const [left, right] = row.slice(i, i + 2)
      if (left !== undefined && right !== undefined) parents.push(nodeHash(left, right))
    }
    row = parents
  }
  const [root] = row
  if (root === undefined) throw new Failure('ledger_tile_torn', 'a stored tile is empty')
  return root
}
