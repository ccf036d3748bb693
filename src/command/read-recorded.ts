/** The figures of oversight that have no row and stand in the ledger alone; newest entries first, up to a limit. */
import type { LedgerReader } from '../ledger/ports.ts'
import { readEntry } from '../ledger/read-entry.ts'
import { COUNTED_EVENTS, countBeforeReview } from '../oversight/before-review.ts'

/** Entries looked at, and how many at once. */
const MAX_ENTRIES = 50_000
const PAGE = 1_000

export type RecordedFigures = {
  /** A yes or no of somebody who may not decide. */
  readonly advice: number
  readonly effectsBeforeReview: number
  /** False: there were more entries in this time than are read. */
  readonly isWhole: boolean
}

export async function readRecorded(
  ledger: LedgerReader,
  tenant: string,
  fromMs: number,
): Promise<RecordedFigures> {
  const { size } = await ledger.head(tenant)
  const stopAt = Math.max(0, size - MAX_ENTRIES)
  const early = countBeforeReview()
  let advice = 0
  const figures = (isWhole: boolean) => {
    return { advice, effectsBeforeReview: early.count(), isWhole }
  }
  for (let to = size; to > stopAt; to -= PAGE) {
    const page = await ledger.entries(tenant, Math.max(stopAt, to - PAGE), to)
    for (const { bytes } of page.toReversed()) {
      if (!isWanted(bytes)) continue
      const read = readEntry(bytes)
      if (!read.ok || Date.parse(read.entry.time) < fromMs) continue
      const { id, type, call, cites = [], data } = read.entry
      if (type === 'approval.advised') advice += 1
      else early.see({ id, type, call, cites: cites.map((cite) => cite.id), data })
    }
    const [oldest] = page
    if (oldest === undefined || timeOf(oldest.bytes) < fromMs) return figures(true)
  }
  return figures(stopAt === 0)
}

const DECODER = new TextDecoder()
const WANTED = ['approval.advised', ...COUNTED_EVENTS].map((type) => `"type":"${type}"`)

/**
 * An entry has one spelling, so its type and its effect stand in it literally; a value cannot hold an unescaped quote.
 * Most decisions are about reads, and those need not be taken apart.
 */
function isWanted(bytes: Uint8Array): boolean {
  const text = DECODER.decode(bytes)
  return WANTED.some((type) => text.includes(type)) && !text.includes('"effect":"read"')
}

function timeOf(bytes: Uint8Array): number {
  const read = readEntry(bytes)
  return read.ok ? Date.parse(read.entry.time) : Number.POSITIVE_INFINITY
}
