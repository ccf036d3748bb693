/**
 * Hash tiles and bundles out of a log that stores leaf hashes, entries and only *full* tiles. Partial tiles
 * at the right edge are put together on demand: from the leaf hashes, or from the roots that lie beside the
 * full tiles below, so that no proof needs more than one row per hash of the tiles it touches.
 */
import { Failure } from '../kernel/failure.ts'
import type { LedgerReader } from './ports.ts'
import type { Tile } from './tile.ts'
import { joinEntryBundle, joinHashTile, TILE_WIDTH } from './tile.ts'
import type { ReadTile } from './tree-reader.ts'

export type TileSource = {
  /** A hash tile of at least the asked width, for building proofs. Throws `ledger_tile_torn`. */
  readonly readTile: ReadTile
  /** The bytes to serve under `tilePath`, or undefined when a log of `size` entries has no such tile. */
  readonly serve: (tile: Tile, size: number) => Promise<Uint8Array | undefined>
}

/** The tiles of one tenant's log. */
export function tileSource(
  ledger: Pick<LedgerReader, 'entries' | 'leafHashes' | 'tile' | 'tileRoots'>,
  tenant: string,
): TileSource {
  const fullTile = async (level: number, index: number): Promise<Uint8Array> => {
    const bytes = await ledger.tile(tenant, level, index)
    if (bytes === undefined)
      throw new Failure('ledger_tile_torn', `tile ${level}/${index} is not stored`)
    return bytes
  }

  const readTile: ReadTile = async (level, index, width) => {
    if (width === TILE_WIDTH) return fullTile(level, index)
    const start = index * TILE_WIDTH
    if (level === 0) return joinHashTile(await ledger.leafHashes(tenant, start, start + width))
    const below = await ledger.tileRoots(tenant, level - 1, start, start + width)
    if (below.length !== width) {
      throw new Failure('ledger_tile_torn', `a tile below ${level}/${index} is not stored`)
    }
    return joinHashTile(below)
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
