/** Whether each disclosed payload is what its entry committed to, and why the others are absent. */

import type { Commitment } from '../ledger/commitment.ts'
import { opensCommitment } from '../ledger/commitment.ts'
import type { CaseExport, Disclosure } from '../ledger/export-format.ts'
import type { PlacedEntry } from '../ledger/finding.ts'
import type { Check } from './verdict.ts'

type Finding = { code: string; index: number; detail: string }

/** The states a commitment can be in for the reader (`erased` only when the case records the erasure). */
export type PayloadState = 'match' | 'withheld' | 'erased' | 'missing' | 'mismatch'

/** Compares all disclosures with all commitments. A missing payload is a gap, a wrong one a failure. */
export function checkPayloads(file: CaseExport, entries: readonly PlacedEntry[]): Check {
  const erasures = entries.flatMap(({ entry }) =>
    entry.type === 'privacy.payload.erased'
      ? [{ seq: entry.case?.seq ?? 0, dataClass: entry.data.data_class }]
      : [],
  )
  const counts: Record<PayloadState, number> = {
    match: 0,
    withheld: 0,
    erased: 0,
    missing: 0,
    mismatch: 0,
  }
  const findings: Finding[] = []
  for (const [i, { index, entry }] of entries.entries()) {
    const disclosures = file.entries[i]?.disclosures ?? {}
    const commits = entry.commits ?? {}
    const seq = entry.case?.seq ?? 0
    for (const field of new Set([...Object.keys(commits), ...Object.keys(disclosures)])) {
      const [commit, disclosure] = [commits[field], disclosures[field]]
      const isErased = erasures.some((each) => each.seq > seq && each.dataClass === commit?.cls)
      const state = payloadState(commit, disclosure, isErased)
      counts[state]++
      if (state === 'mismatch' || state === 'missing') {
        findings.push({
          code: `payload_${state}`,
          index,
          detail: `${field}: ${why(state, disclosure)}`,
        })
      }
    }
  }
  return payloadsCheck(counts, findings)
}

function payloadState(
  commit: Commitment | undefined,
  disclosure: Disclosure | undefined,
  isErased: boolean,
): PayloadState {
  if (commit === undefined || disclosure === undefined) return 'mismatch'
  if (disclosure.state === 'disclosed') {
    return opensCommitment(commit, disclosure.salt, disclosure.payload) ? 'match' : 'mismatch'
  }
  // Saying "erased" of what no entry erased is a false statement, not a gap.
  if (disclosure.state === 'erased') return isErased ? 'erased' : 'mismatch'
  return disclosure.state
}

function why(state: PayloadState, disclosure: Disclosure | undefined): string {
  if (state === 'missing') return 'the payload should be in the store and is not'
  if (disclosure?.state === 'erased') return 'called erased, but no entry of the case erased it'
  return disclosure === undefined
    ? 'committed, but not spoken of'
    : 'the payload is not what was committed'
}

function payloadsCheck(counts: Record<PayloadState, number>, findings: readonly Finding[]): Check {
  const text = (Object.entries(counts) as [PayloadState, number][])
    .filter(([state, count]) => count > 0 || state === 'match')
    .map(([state, count]) => `${count} ${state}`)
    .join(', ')
  if (counts.mismatch > 0) return { name: 'payloads', state: 'failed', text, findings }
  if (counts.missing > 0) return { name: 'payloads', state: 'incomplete', text, findings }
  return { name: 'payloads', state: 'ok', text }
}
