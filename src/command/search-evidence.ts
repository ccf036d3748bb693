/**
 * The evidence of a case, and the words in it. Searched as it was recorded, in what a person would be shown of it:
 * nothing that is withheld from a screen is found by guessing. Reads only.
 */
import { shownText } from '../disclosure/shown.ts'
import type { Evidence, EvidenceStore } from '../evidence/evidence.ts'
import type { PayloadStore } from '../ledger/ports.ts'

/** Searched at the most, the newest first: what one answer can open in well under a second. */
const MAX_SEARCHED = 500
/** Characters before the first word that was found, and in all. */
const BEFORE = 60
const EXCERPT = 200

export type FoundEvidence = Evidence & {
  /** Where the first word stands; absent when nothing was asked for, or only the name of the tool matched. */
  readonly excerpt?: string
}

export type EvidenceFound = {
  /** The newest first. */
  readonly found: readonly FoundEvidence[]
  /** How many there are in the case. */
  readonly total: number
  readonly searched: number
}

type Deps = {
  readonly evidence: Pick<EvidenceStore, 'listOfCase'>
  readonly payloads: Pick<PayloadStore, 'open'>
}

/** Every word of `query` occurs in the name of the tool or in the result, in any case; no words: all of it. */
export async function searchEvidence(
  { evidence, payloads }: Deps,
  tenant: string,
  caseId: string,
  query: string,
): Promise<EvidenceFound> {
  const all = await evidence.listOfCase(tenant, caseId)
  const newest = all.toReversed().slice(0, MAX_SEARCHED)
  const counts = { total: all.length, searched: newest.length }
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  if (words.length === 0) return { ...counts, found: newest }
  const found: FoundEvidence[] = []
  for (const one of newest) {
    const payload = await payloads.open(tenant, one.outcomeEntry, 'result')
    const { text = '' } = (payload.state === 'present' ? shownText(payload) : undefined) ?? {}
    const inText = text.toLowerCase()
    const searched = `${one.tool.toLowerCase()}\n${inText}`
    if (!words.every((word) => searched.includes(word))) continue
    const at = words.map((word) => inText.indexOf(word)).find((place) => place >= 0)
    found.push(at === undefined ? one : { ...one, excerpt: excerptOf(text, at) })
  }
  return { ...counts, found }
}

function excerptOf(text: string, at: number): string {
  const from = Math.max(0, at - BEFORE)
  return text.slice(from, from + EXCERPT)
}
