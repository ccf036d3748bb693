/** The CPU of making an entry, without any disk, against hashing and writing canonically the same bytes. */
import { randomBytes } from 'node:crypto'
import { canonicalText } from '../../src/kernel/canonical-json.ts'
import { sha256 } from '../../src/kernel/digest.ts'
import type { EntryDraft } from '../../src/kernel/entry.ts'
import { commitTo, SALT_BYTES } from '../../src/ledger/commitment.ts'
import { encodeEntry } from '../../src/ledger/entry.ts'
import { appendLeaf, EMPTY_FRONTIER, type Frontier, leafHash } from '../../src/ledger/merkle.ts'
import { type BenchCase, compared, type Limit } from '../report.ts'
import { median } from '../statistics.ts'
import { sampleEntry } from './sample-entry.ts'

/** Checking against the allow-list, two commitments, the leaf and its way into the tree may cost this often. */
const AT_MOST = 10
const BATCH = 100

export function benchAppend(entries: number): {
  readonly cases: readonly BenchCase[]
  readonly limits: readonly Limit[]
} {
  let frontier: Frontier = EMPTY_FRONTIER
  const times = { subject: [] as number[], hash: [] as number[], floor: [] as number[] }
  for (let done = 0; done < entries; done += BATCH) {
    const drafts = Array.from({ length: BATCH }, () => sampleEntry(true))
    const appended: Uint8Array[] = []
    times.subject.push(
      usPerEntry(() => {
        for (const draft of drafts) {
          const bytes = encoded(draft, frontier.size)
          frontier = appendLeaf(frontier, leafHash(bytes))
          appended.push(bytes)
        }
      }),
    )
    const values = appended.map((bytes) => JSON.parse(Buffer.from(bytes).toString('utf8')))
    const hashMs = usPerEntry(() => {
      for (const bytes of appended) sha256(bytes)
    })
    times.hash.push(hashMs)
    times.floor.push(hashMs + usPerEntry(() => values.forEach(canonicalText)))
  }
  const [subject, hash, floor] = [median(times.subject), median(times.hash), median(times.floor)]
  return {
    cases: [
      compared('append without a disk / SHA-256 of the entry', subject, hash, 'us'),
      compared('append without a disk / SHA-256 and canonical JSON', subject, floor, 'us'),
    ],
    limits: [
      {
        text: `append costs at most ${AT_MOST} times hashing and canonical JSON: ${(subject / floor).toFixed(2)}`,
        isKept: subject <= AT_MOST * floor,
      },
    ],
  }
}

function encoded(draft: EntryDraft, index: number): Uint8Array {
  const payloads = Object.entries(draft.payloads ?? {})
  const commitments = payloads.map(
    ([name, payload]) => [name, commitTo(randomBytes(SALT_BYTES), payload)] as const,
  )
  return encodeEntry(draft, {
    tenant: 'main',
    index,
    caseLink: index === 0 ? { seq: 0 } : { seq: index, prev: '0'.repeat(64) },
    cites: [],
    commitments: Object.fromEntries(commitments),
  })
}

function usPerEntry(work: () => void): number {
  const startMs = performance.now()
  work()
  return ((performance.now() - startMs) / BATCH) * 1_000
}
