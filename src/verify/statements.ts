/**
 * What people were asked, from the statements in the file. Each is read only where its digest is the one the entry
 * names and people signed: a statement that is another fails verification before anybody reads this (`approvals`).
 */
import { isObject, parseStrict } from '../kernel/strict-json.ts'
import type { CaseExport } from '../ledger/export-format.ts'
import type { PlacedEntry } from '../ledger/finding.ts'

/** Digests of the package of facts that was shown, and of the policy that asked. */
export type Statement = { readonly packageDigest: string; readonly ruleDigest: string }

/** By request. One that is withheld or erased is not in it. */
export function statementsOf(
  file: CaseExport,
  entries: readonly PlacedEntry[],
): ReadonlyMap<string, Statement> {
  const found = new Map<string, Statement>()
  for (const [i, { entry }] of entries.entries()) {
    const shown = file.entries[i]?.disclosures.statement
    const { request } = entry.data
    if (entry.type !== 'approval.requested' || typeof request !== 'string') continue
    const statement = shown?.state === 'disclosed' ? statementIn(shown.payload) : undefined
    if (statement !== undefined) found.set(request, statement)
  }
  return found
}

function statementIn(bytes: Uint8Array): Statement | undefined {
  const value = parseStrict(bytes)
  if (!isObject(value)) return undefined
  const { evidence, rule } = value
  if (typeof evidence !== 'string' || typeof rule !== 'string') return undefined
  return { packageDigest: evidence, ruleDigest: rule }
}
