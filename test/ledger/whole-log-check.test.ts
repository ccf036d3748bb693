import { describe, expect, it } from 'vitest'
import { sha256 } from '../../src/kernel/digest.ts'
import type { StoredLog } from '../../src/ledger/check.ts'
import { checkLog } from '../../src/ledger/check.ts'
import { checkpointText, signCheckpoint } from '../../src/ledger/checkpoint.ts'
import {
  appendLeaf,
  EMPTY_FRONTIER,
  frontierBytes,
  leafHash,
  rootOf,
} from '../../src/ledger/merkle.ts'
import { joinNote, signatureLine } from '../../src/ledger/note.ts'
import { encodeVkey, signerFromSeed } from '../../src/ledger/note-key.ts'
import { CaseStory } from './case-story.ts'
import { MemoryLog, ORIGIN } from './memory-log.ts'

const log = new MemoryLog()
new CaseStory(log).play()
const early = { size: log.entries.length, note: log.checkpoint(), signedAtMs: 0 }
const story = new CaseStory(log).open()
for (let i = 0; i < 300; i++) story.say('stop.released', { stop: story.task, person: story.person })
const late = { size: log.entries.length, note: log.checkpoint(), signedAtMs: 1 }

const GOOD: StoredLog = {
  tenant: 'main',
  entries: log.entries,
  head: log.head(),
  tile: log.fullTile,
  checkpoints: [early, late],
  verifierKey: log.vkey,
}

async function findings(changed: Partial<StoredLog>): Promise<[string, number | undefined][]> {
  const report = await checkLog({ ...GOOD, ...changed })
  return report.findings.map(({ code, index }) => [code, index])
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const changed = bytes.slice()
  changed[at] = (changed[at] ?? 0) ^ 1
  return changed
}

describe('a whole log', () => {
  it('passes as it was written, streamed or not', async () => {
    expect(await findings({})).toEqual([])
    const report = await checkLog({
      ...GOOD,
      entries: (async function* () {
        yield* log.entries
      })(),
    })
    expect(report.size).toBe(log.entries.length)
    expect(report.rules.dispatched).toBe(2)
    expect(await findings({ entries: [], head: new MemoryLog().head(), checkpoints: [] })).toEqual(
      [],
    )
  })

  it('names the one entry whose byte was flipped', async () => {
    for (const index of [0, 7, 299]) {
      const entries = log.entries.map((entry) =>
        entry.index === index ? { ...entry, bytes: flipped(entry.bytes, 20) } : entry,
      )
      expect(await findings({ entries })).toEqual(
        expect.arrayContaining([['ledger_entry_tampered', index]]),
      )
      expect(
        (await findings({ entries })).filter(([code]) => code === 'ledger_head_wrong'),
      ).toEqual([])
    }
  })

  it('names an entry that was replaced together with its stored hash', async () => {
    const entries = log.entries.map((entry) => {
      if (entry.index !== 7) return entry
      const bytes = Buffer.from(
        Buffer.from(entry.bytes).toString().replace('"shift-lead"', '"shift-boss"'),
      )
      return { ...entry, bytes, leafHash: leafHash(bytes) }
    })
    const found = await findings({ entries })
    expect(found).toContainEqual(['ledger_entry_tampered', 7])
    expect(found).toContainEqual(['ledger_tile_torn', undefined])
    expect(found.filter(([code]) => code === 'ledger_head_wrong')).toHaveLength(3)
  })

  it('finds a history rewritten from the first byte, hashes, tiles and head included, by its checkpoints', async () => {
    const entries = log.entries.map((entry) => {
      const bytes = Buffer.from(Buffer.from(entry.bytes).toString().replace('"deny"', '"hold"'))
      return { ...entry, bytes, leafHash: leafHash(bytes) }
    })
    let frontier = EMPTY_FRONTIER
    for (const entry of entries) frontier = appendLeaf(frontier, entry.leafHash)
    const head = { size: frontier.size, root: rootOf(frontier), frontier: frontierBytes(frontier) }
    const found = await checkLog({ ...GOOD, entries, head, tile: async () => undefined })
    expect(found.findings.map(({ detail }) => detail)).toEqual(
      expect.arrayContaining([
        `the checkpoint of size ${early.size} was signed over other entries`,
        `the checkpoint of size ${late.size} was signed over other entries`,
      ]),
    )
  })

  it('finds a torn or absent tile as that, not as tampering', async () => {
    const torn = async (level: number, index: number) => {
      const bytes = await log.fullTile(level, index)
      return bytes === undefined ? undefined : flipped(bytes, 100)
    }
    expect(await findings({ tile: torn })).toEqual([['ledger_tile_torn', undefined]])
    expect(await findings({ tile: async () => undefined })).toEqual([
      ['ledger_tile_torn', undefined],
    ])
    expect(await findings({ tile: async () => new Uint8Array(32) })).toEqual([
      ['ledger_tile_torn', undefined],
    ])
  })

  it('finds a cut tail by the head and by every checkpoint beyond it', async () => {
    const found = await findings({ entries: log.entries.slice(0, -1) })
    expect(found).toEqual([
      ['ledger_head_wrong', undefined],
      ['ledger_head_wrong', undefined],
    ])
    const short = new MemoryLog()
    new CaseStory(short).play()
    const rolledBack = { entries: short.entries, head: short.head(), tile: short.fullTile }
    expect(await findings(rolledBack)).toEqual([['ledger_head_wrong', undefined]])
  })

  it('finds a gap, a head that counts or hashes otherwise, and an entry stored under another id', async () => {
    expect((await findings({ entries: log.entries.toSpliced(5, 1) }))[0]).toEqual([
      'ledger_head_wrong',
      5,
    ])
    const head = log.head()
    for (const changed of [
      { ...head, size: head.size + 1 },
      { ...head, root: flipped(head.root, 0) },
      { ...head, frontier: flipped(head.frontier, 9) },
    ]) {
      expect(await findings({ head: changed })).toEqual([['ledger_head_wrong', undefined]])
    }
    const entries = log.entries.map((entry) =>
      entry.index === 3 ? { ...entry, id: story.task } : entry,
    )
    expect(await findings({ entries })).toContainEqual(['ledger_entry_tampered', 3])
    expect((await findings({ tenant: 'other' })).length).toBeGreaterThanOrEqual(log.entries.length)
  })

  it('finds checkpoints of another key, origin or size', async () => {
    const other = signerFromSeed(ORIGIN, 'ed25519', sha256(Buffer.from('another key')))
    const foreign = { ...late, note: signCheckpoint(other, late.size, log.head().root) }
    const renamed = signerFromSeed(
      'other.example',
      'ed25519',
      sha256(Buffer.from('the log key of tests')),
    )
    const elsewhere = { ...late, note: signCheckpoint(renamed, late.size, log.head().root) }
    const otherText = checkpointText('other.example', late.size, log.head().root)
    const otherOrigin = {
      ...late,
      note: joinNote(otherText, [signatureLine(log.signer, otherText)]),
    }
    for (const checkpoint of [
      foreign,
      otherOrigin,
      elsewhere,
      { ...late, size: 3 },
      { ...late, note: 'no note' },
    ]) {
      expect(await findings({ checkpoints: [checkpoint] })).toEqual([
        ['ledger_head_wrong', undefined],
      ])
    }
    expect(await findings({ verifierKey: encodeVkey(other.key) })).toHaveLength(2)
    expect(await findings({ verifierKey: 'nonsense' })).toHaveLength(2)
  })

  it('reports the rules between entries too', async () => {
    const wild = new MemoryLog()
    const call = new CaseStory(wild).open().call('edge__block')
    call.decide('deny')
    call.lease()
    call.dispatch()
    const found = await findings({
      entries: wild.entries,
      head: wild.head(),
      tile: wild.fullTile,
      checkpoints: [],
    })
    expect(found.map(([code]) => code)).toEqual([
      'lease_without_decision',
      'dispatch_without_decision',
    ])
  })
})
