/**
 * Hash tiles (C2SP tlog-tiles) are written when their last hash arrives, in the same transaction as the entry
 * that brought it. They are derived: every one can be made again from the leaf hashes.
 */
import type { Kysely } from 'kysely'
import { joinHashTile, TILE_HEIGHT, TILE_WIDTH } from '../ledger/tile.ts'
import type { DB } from './schema.ts'

/** A perfect subtree that an append completed: height above the leaves, index at that height. */
export type CompletedNode = {
  readonly level: number
  readonly index: number
  readonly hash: Uint8Array
}

/** Stores every hash tile whose root is among `nodes`. Call it after the leaves are stored. */
export async function completeTiles(
  db: Kysely<DB>,
  tenant: string,
  nodes: readonly CompletedNode[],
): Promise<void> {
  // The node a full tile hangs from lies one tile height above its hashes. Lower tiles come first, because
  // the roots stored with them are the hashes of the tile above.
  const roots = nodes
    .filter(({ level }) => level > 0 && level % TILE_HEIGHT === 0)
    .toSorted((a, b) => a.level - b.level)
  for (const root of roots) {
    const level = root.level / TILE_HEIGHT - 1
    const hashes = await tileHashes(db, tenant, level, root.index, TILE_WIDTH)
    await db
      .insertInto('log_tile')
      .values({ tenant, level, idx: root.index, root: root.hash, bytes: joinHashTile(hashes) })
      .execute()
  }
}

/**
 * The first `width` hashes of a tile, from the leaves or from the roots of the tiles below it. Fewer when the
 * log has no more.
 */
export async function tileHashes(
  db: Kysely<DB>,
  tenant: string,
  level: number,
  index: number,
  width: number,
): Promise<readonly Uint8Array[]> {
  const from = index * TILE_WIDTH
  const rows =
    level === 0
      ? await db
          .selectFrom('log_entry')
          .select('leaf_hash as hash')
          .where('tenant', '=', tenant)
          .where('idx', '>=', from)
          .where('idx', '<', from + width)
          .orderBy('idx')
          .execute()
      : await db
          .selectFrom('log_tile')
          .select('root as hash')
          .where('tenant', '=', tenant)
          .where('level', '=', level - 1)
          .where('idx', '>=', from)
          .where('idx', '<', from + width)
          .orderBy('idx')
          .execute()
  return rows.map(({ hash }) => hash)
}
