/** Whether the entries are one case, whole and in order, up to the export's own entry; and keep the rules. */
import type { CaseExport } from '../ledger/export-format.ts'
import { exportManifest } from '../ledger/export-format.ts'
import type { InvariantReport, PlacedEntry } from '../ledger/finding.ts'
import type { Check } from './verdict.ts'

type Finding = { code: string; index?: number; detail: string }

/** Findings of the rules that speak of the case's own order; the rest belongs to the check `rules`. */
const ORDER_CODES: readonly string[] = ['case_sequence_gap', 'case_link_wrong']

/** Complete means: sequence from 0 without a gap, each linked to the one before, `export.created` last. */
export function checkCase(
  file: CaseExport,
  entries: readonly PlacedEntry[],
  rules: InvariantReport,
): Check {
  const findings: Finding[] = rules.findings.filter(({ code }) => ORDER_CODES.includes(code))
  let before = -1
  for (const { index, entry } of entries) {
    if (entry.tenant !== file.tenant)
      findings.push({ code: 'other_tenant', index, detail: 'it is of another tenant' })
    if (entry.case?.id !== file.caseId)
      findings.push({ code: 'other_case', index, detail: 'it is of another case' })
    if (index <= before)
      findings.push({
        code: 'order_wrong',
        index,
        detail: 'it does not follow the entry before it',
      })
    before = index
  }
  findings.push(...checkEnd(file, entries))
  const last = entries.at(-1)?.entry.case?.seq ?? 0
  if (findings.length > 0)
    return {
      name: 'case',
      state: 'failed',
      text: 'the entries are not the whole case in order',
      findings,
    }
  const text = `complete: sequence 0 to ${last} without a gap, up to its own export.created`
  return { name: 'case', state: 'ok', text }
}

/** The closing entry must say what this file withholds; without it, disclosures could be taken out unseen. */
function checkEnd(file: CaseExport, entries: readonly PlacedEntry[]): Finding[] {
  const last = entries.at(-1)
  if (last === undefined || last.entry.type !== 'export.created') {
    return [{ code: 'export_not_closed', detail: 'the last entry is not export.created' }]
  }
  const { index, entry } = last
  const { last_sequence: lastSequence, entries: count, manifest } = entry.data
  const seq = entry.case?.seq ?? 0
  if (typeof lastSequence !== 'number' || lastSequence >= seq || count !== lastSequence + 1) {
    return [{ code: 'export_counts_wrong', index, detail: 'export.created counts other entries' }]
  }
  const states = entries.flatMap((placed, i) => {
    const disclosures = Object.entries(file.entries[i]?.disclosures ?? {})
    return disclosures.map(([field, { state }]) => ({
      seq: placed.entry.case?.seq ?? 0,
      field,
      state,
    }))
  })
  if (exportManifest(states.filter((each) => each.seq <= lastSequence)) !== manifest) {
    return [
      {
        code: 'manifest_wrong',
        index,
        detail: 'what the file discloses is not what export.created says',
      },
    ]
  }
  if (states.some((each) => each.seq > lastSequence && each.state !== 'withheld')) {
    return [
      { code: 'manifest_wrong', index, detail: 'a payload outside the manifest is not withheld' },
    ]
  }
  return []
}

/** The rules between entries (DESIGN 3). Calls still running are no fault, and are counted aloud. */
export function checkRules(rules: InvariantReport): Check {
  const findings = rules.findings.filter(({ code }) => !ORDER_CODES.includes(code))
  if (findings.length > 0) {
    return {
      name: 'rules',
      state: 'failed',
      text: `${findings.length} rules of the gateway are broken in the record`,
      findings,
    }
  }
  const remarks = [
    remark(rules.open.length, 'without an outcome yet'),
    remark(rules.unknown.length, 'with unknown outcome'),
    remark(rules.monitored.length, 'let pass by monitoring against policy'),
    remark(rules.citedOutside, 'citations of entries outside this case, not checked'),
  ].filter((text) => text !== undefined)
  const text = `${rules.dispatched} calls sent, each decided, leased and sent once before any outcome`
  return { name: 'rules', state: 'ok', text: [text, ...remarks].join('; ') }
}

function remark(count: number, what: string): string | undefined {
  return count === 0 ? undefined : `${count} ${what}`
}
