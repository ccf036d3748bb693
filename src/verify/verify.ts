/**
 * Offline verification of a case export: bytes in, verdict out, no network, no npm package and no state of
 * ours. It trusts nothing in the file; what it cannot know from the file it says it does not know.
 */

import type { CaseExport } from '../ledger/export-format.ts'
import { checkInvariants } from '../ledger/invariants.ts'
import { parseExport } from '../ledger/read-export.ts'
import { parseTrustPolicy } from '../ledger/trust-policy.ts'
import { actionsOf } from './actions.ts'
import { checkCase, checkRules } from './check-case.ts'
import { checkPayloads } from './check-payloads.ts'
import { checkSignatures } from './check-signatures.ts'
import { checkEntries, checkLog } from './check-tree.ts'
import { checkTrust } from './check-trust.ts'
import { statementsOf } from './statements.ts'
import type { Check, Verdict } from './verdict.ts'
import { conclude } from './verdict.ts'

/**
 * Verifies an export. `trustPolicyText` is a C2SP tlog-policy the reader got from elsewhere; without it the
 * best verdict is "self-consistent, signer not trusted". Throws only `trust_policy_invalid`: whatever is
 * wrong with the export is a verdict.
 */
export function verifyExport(bytes: Uint8Array, trustPolicyText?: string): Verdict {
  const policy = trustPolicyText === undefined ? undefined : parseTrustPolicy(trustPolicyText)
  const read = readFile(bytes)
  if (read.file === undefined) return conclude([read.check])
  const { file } = read

  const log = checkLog(file)
  if (log.tree === undefined) return conclude([read.check, log.check])
  const { check: entriesCheck, entries, related } = checkEntries(file, log.tree)
  // Entries that are not proved are not read any further: nothing may be said on their word.
  if (entriesCheck.state === 'failed') return conclude([read.check, log.check, entriesCheck])

  const rules = checkInvariants(entries)
  const verdict = conclude([
    read.check,
    log.check,
    entriesCheck,
    checkCase(file, entries, rules),
    checkPayloads(file, entries),
    checkRules(rules),
    checkSignatures(file, entries, related),
    ...checkTrust(log.tree, policy),
  ])
  const subject = {
    tenant: file.tenant,
    case: file.caseId,
    origin: file.origin,
    treeSize: log.tree.checkpoint.size,
    entries: entries.length,
    verifierKey: file.verifierKey,
  }
  return verdict.exitCode === 5
    ? { ...verdict, subject }
    : { ...verdict, subject, actions: actionsOf(entries, statementsOf(file, entries)) }
}

function readFile(bytes: Uint8Array): { check: Check; file?: CaseExport } {
  try {
    const text = `${bytes.length} bytes, one spelling per line, digest right`
    return { file: parseExport(bytes), check: { name: 'file', state: 'ok', text } }
  } catch (error) {
    const text = error instanceof Error ? error.message : 'the file cannot be read'
    return { check: { name: 'file', state: 'failed', text } }
  }
}
