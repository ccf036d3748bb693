/** Checks a tenant's whole log in place: entries, tree, tiles, head, last checkpoint, and the rules between them. */
import type { LogReport } from '../ledger/check.ts'
import { checkLog } from '../ledger/check.ts'
import type { LedgerReader, StoredEntry } from '../ledger/ports.ts'
import type { Doer } from './base.ts'
import { requirePermission } from './permissions.ts'

export type CheckLedgerDeps = {
  readonly ledger: LedgerReader
  /** C2SP vkey of the log. */
  readonly verifierKey: string
}

/** One bundle's worth at a time: memory stays flat whatever the size of the log. */
const PAGE = 256

/** Throws `not_permitted`; what is wrong with the log is in the report, not thrown. */
export async function checkLedger(
  deps: CheckLedgerDeps,
  input: { readonly tenant: string; readonly by: Doer },
): Promise<LogReport> {
  requirePermission(input.by, 'ledger.check')
  const { ledger, verifierKey } = deps
  const { tenant } = input
  // Read in this order, an honest log can only have grown since: a checkpoint beyond the head is a finding.
  const checkpoint = await ledger.checkpoint(tenant)
  const head = await ledger.head(tenant)
  return checkLog({
    tenant,
    entries: pages(ledger, tenant, head.size),
    head,
    tile: (level, index) => ledger.tile(tenant, level, index),
    checkpoints: checkpoint === undefined ? [] : [checkpoint],
    verifierKey,
  })
}

async function* pages(
  ledger: LedgerReader,
  tenant: string,
  size: number,
): AsyncGenerator<StoredEntry> {
  for (let from = 0; from < size; from += PAGE) {
    yield* await ledger.entries(tenant, from, Math.min(from + PAGE, size))
  }
}
