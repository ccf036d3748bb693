import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { rootOf } from '../../src/ledger/merkle.ts'
import type { LedgerReader } from '../../src/ledger/ports.ts'
import { verifyConsistency, verifyInclusion } from '../../src/ledger/proof.ts'
import {
  joinEntryBundle,
  joinHashTile,
  newTiles,
  parseTilePath,
  splitEntryBundle,
  splitHashTile,
  tilePath,
} from '../../src/ledger/tile.ts'
import { tileSource } from '../../src/ledger/tile-source.ts'
import {
  consistencyProof,
  inclusionProof,
  openTree,
  treeRoot,
} from '../../src/ledger/tree-reader.ts'
import { CaseStory } from './case-story.ts'
import { MemoryLog } from './memory-log.ts'

describe('tile names', () => {
  it('are those of the C2SP examples', () => {
    expect(tilePath({ kind: 'hashes', level: 0, index: 1_234_067, width: 256 })).toBe(
      'tile/0/x001/x234/067',
    )
    expect(tilePath({ kind: 'hashes', level: 2, index: 0, width: 1 })).toBe('tile/2/000.p/1')
    expect(tilePath({ kind: 'entries', level: 0, index: 273, width: 112 })).toBe(
      'tile/entries/273.p/112',
    )
  })

  it('are read back exactly, and in no other spelling', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('hashes', 'entries'),
        fc.nat(63),
        fc.nat(2 ** 31),
        fc.integer({ min: 1, max: 256 }),
        (kind, level, index, width) => {
          const tile = { kind, level: kind === 'entries' ? 0 : level, index, width } as const
          expect(parseTilePath(tilePath(tile))).toEqual(tile)
        },
      ),
    )
    for (const path of [
      'tile/0/x000/001',
      'tile/00/001',
      'tile/64/000',
      'tile/0/001.p/256',
      'tile/0/001.p/0',
      'tile/0/001.p/01',
      'tile/0/1',
      'tile/0/x001/x002',
      'tile/0/000/',
      '/tile/0/000',
      'tile/entries/000.p/',
      'tile/data/000',
      'tile/0/../000',
      'tile/0/000.p/1\n',
      'tile/-1/000',
    ]) {
      expect(parseTilePath(path), path).toBeUndefined()
    }
  })
})

describe('tiles to write', () => {
  it('are those the specification names for a tree of 70,000', () => {
    const tiles = newTiles(0, 70_000)
    const count = (kind: string, level: number, isFull: boolean) =>
      tiles.filter((t) => t.kind === kind && t.level === level && (t.width === 256) === isFull)
        .length
    expect(count('entries', 0, true)).toBe(273)
    expect(count('hashes', 0, true)).toBe(273)
    expect(tiles).toContainEqual({ kind: 'hashes', level: 0, index: 273, width: 112 })
    expect(count('hashes', 1, true)).toBe(1)
    expect(tiles).toContainEqual({ kind: 'hashes', level: 1, index: 1, width: 17 })
    expect(tiles).toContainEqual({ kind: 'hashes', level: 2, index: 0, width: 1 })
    expect(tiles.filter((t) => t.level === 2)).toHaveLength(1)
  })

  it('of a growing log add up to those of the whole, with every full tile written once', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 8 }),
        (steps) => {
          let size = 0
          const written: string[] = []
          for (const step of steps) {
            const full = newTiles(size, size + step).filter((tile) => tile.width === 256)
            written.push(...full.map(tilePath))
            size += step
          }
          const whole = newTiles(0, size).filter((tile) => tile.width === 256)
          expect(written.toSorted()).toEqual(whole.map(tilePath).toSorted())
          expect(new Set(written).size).toBe(written.length)
        },
      ),
    )
    expect(newTiles(7, 7)).toEqual([])
  })
})

describe('tile bytes', () => {
  it('give back the entries of a bundle, empty and longest ones too', () => {
    const entries = [new Uint8Array(0), new Uint8Array([1, 2, 3]), new Uint8Array(65_535).fill(7)]
    expect(splitEntryBundle(joinEntryBundle(entries))).toEqual(entries)
    expect(joinEntryBundle([new Uint8Array([9])])).toEqual(new Uint8Array([0, 1, 9]))
  })

  it('are refused when cut, padded or overfull', () => {
    const torn = expect.objectContaining({ code: 'ledger_tile_torn' })
    const bundle = joinEntryBundle([new Uint8Array([1, 2, 3])])
    for (const broken of [
      bundle.slice(0, -1),
      new Uint8Array([...bundle, 0]),
      bundle.slice(0, 1),
    ]) {
      expect(() => splitEntryBundle(broken)).toThrow(torn)
    }
    expect(() => splitEntryBundle(new Uint8Array(2 * 257))).toThrow(torn)
    for (const size of [0, 31, 33, 257 * 32]) {
      expect(() => splitHashTile(new Uint8Array(size))).toThrow(torn)
    }
    expect(splitHashTile(joinHashTile([new Uint8Array(32)]))).toEqual([new Uint8Array(32)])
    expect(() => joinEntryBundle([new Uint8Array(65_536)])).toThrow(
      expect.objectContaining({ code: 'entry_not_allowed' }),
    )
  })
})

describe('a log that stores only full tiles', () => {
  it('serves every partial tile and proves every leaf', async () => {
    const log = new MemoryLog()
    const story = new CaseStory(log).open()
    for (let i = 0; i < 600; i++)
      story.say('stop.released', { stop: story.task, person: story.person })
    const size = log.entries.length
    const source = tileSource(readerOf(log), 'main')
    const tree = openTree(size, source.readTile)
    expect(await treeRoot(tree)).toEqual(rootOf(log.frontier))
    for (const index of [0, 255, 256, 511, 512, size - 1]) {
      const leafHash = log.entries[index]?.leafHash ?? new Uint8Array()
      const path = await inclusionProof(tree, index)
      expect(verifyInclusion({ index, size, leafHash, path, root: rootOf(log.frontier) })).toBe(
        true,
      )
    }
    for (const tile of newTiles(0, size)) {
      const bytes = await source.serve(tile, size)
      if (tile.kind === 'hashes')
        expect(bytes).toEqual(await log.readTile(tile.level, tile.index, tile.width))
      else expect(splitEntryBundle(bytes ?? new Uint8Array())).toHaveLength(tile.width)
    }
    expect(
      await source.serve({ kind: 'hashes', level: 0, index: 2, width: 256 }, size),
    ).toBeUndefined()
    expect(
      await source.serve({ kind: 'hashes', level: 2, index: 0, width: 1 }, size),
    ).toBeUndefined()
  })
})

describe('a checkpoint of a long log', () => {
  it('is proved from the right edge alone, however many full tiles lie before it', async () => {
    const log = new MemoryLog()
    const story = new CaseStory(log).open()
    const grow = (entries: number) => {
      while (log.entries.length < entries)
        story.say('stop.released', { stop: story.task, person: story.person })
    }
    grow(2_050)
    const before = rootOf(log.frontier)
    grow(2_060)
    let tilesRead = 0
    const reader = {
      ...readerOf(log),
      tile: async (_: string, level: number, index: number) => {
        tilesRead++
        return log.fullTile(level, index)
      },
    }
    const path = await consistencyProof(openTree(2_060, tileSource(reader, 'main').readTile), 2_050)
    const secondRoot = rootOf(log.frontier)
    const claim = { first: 2_050, second: 2_060, firstRoot: before, secondRoot, path }
    expect(verifyConsistency(claim)).toBe(true)
    expect(tilesRead).toBe(0)
  })

  it('is not proved when a tile below it is gone', async () => {
    const log = new MemoryLog()
    const story = new CaseStory(log).open()
    while (log.entries.length < 600)
      story.say('stop.released', { stop: story.task, person: story.person })
    const reader = { ...readerOf(log), tileRoots: async () => [] }
    const torn = expect.objectContaining({ code: 'ledger_tile_torn' })
    await expect(treeRoot(openTree(600, tileSource(reader, 'main').readTile))).rejects.toEqual(torn)
  })
})

function readerOf(
  log: MemoryLog,
): Pick<LedgerReader, 'entries' | 'leafHashes' | 'tile' | 'tileRoots'> {
  return {
    entries: async (_, from, to) => log.entries.slice(from, to),
    leafHashes: async (_, from, to) => log.entries.slice(from, to).map((entry) => entry.leafHash),
    tile: async (_, level, index) => log.fullTile(level, index),
    tileRoots: (_, level, from, to) => log.tileRoots(level, from, to),
  }
}
