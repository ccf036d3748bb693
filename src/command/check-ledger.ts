/**
 * Checks a tenant's whole log in place: entries, tree, tiles, head, last checkpoint, and the rules between them; that every
 * policy the log says was published still has its row; and that the newest row is what was published.
 */
import { Failure } from '../kernel/failure.ts'
import type { LogFinding, LogReport } from '../ledger/check.ts'
import { checkLog } from '../ledger/check.ts'
import type { LedgerReader, StoredEntry } from '../ledger/ports.ts'
import { readEntry } from '../ledger/read-entry.ts'
import { type PublishedBundle, withoutRow } from '../policy/on-record.ts'
import type { BundleStore } from '../policy/store.ts'
import type { Doer } from './base.ts'
import { requirePermission } from './permissions.ts'

export type CheckLedgerDeps = {
  readonly ledger: LedgerReader
  readonly bundles: Pick<BundleStore, 'list' | 'active'>
  /** C2SP vkey of the log. */
  readonly verifierKey: string
}

/** What is wrong with the log, or with a policy that it speaks of. */
export type LedgerFinding = Omit<LogFinding, 'code'> & {
  readonly code: LogFinding['code'] | 'policy_bundle_gone' | 'policy_unrecorded'
}
export type LedgerReport = Omit<LogReport, 'findings'> & {
  readonly findings: readonly LedgerFinding[]
}

/** One bundle's worth at a time: memory stays flat whatever the size of the log. */
const PAGE = 256

/** Throws `not_permitted`; what is wrong with the log is in the report, not thrown. */
export async function checkLedger(
  deps: CheckLedgerDeps,
  input: { readonly tenant: string; readonly by: Doer },
): Promise<LedgerReport> {
  requirePermission(input.by, 'ledger.check')
  const { ledger, bundles, verifierKey } = deps
  const { tenant } = input
  // Read in this order, an honest log can only have grown since: a checkpoint beyond the head is a finding.
  const checkpoint = await ledger.checkpoint(tenant)
  const head = await ledger.head(tenant)
  const published: Published[] = []
  const report = await checkLog({
    tenant,
    entries: pages(ledger, tenant, head.size, published),
    head,
    tile: (level, index) => ledger.tile(tenant, level, index),
    checkpoints: checkpoint === undefined ? [] : [checkpoint],
    verifierKey,
  })
  // Read last: an honest table can only have more than the log up to that head.
  const gone = withoutRow(published, await bundles.list(tenant)).map(
    ({ index, sequence }): LedgerFinding => ({
      code: 'policy_bundle_gone',
      index,
      detail: `bundle ${sequence} was published here and is not stored any more`,
    }),
  )
  const outside = await outsideHead(ledger, tenant)
  const newest = await unrecorded(bundles, tenant)
  return { ...report, findings: [...report.findings, ...outside, ...gone, ...newest] }
}

type Published = PublishedBundle & { readonly index: number }

async function* pages(
  ledger: LedgerReader,
  tenant: string,
  size: number,
  published: Published[],
): AsyncGenerator<StoredEntry> {
  for (let from = 0; from < size; from += PAGE) {
    for (const stored of await ledger.entries(tenant, from, Math.min(from + PAGE, size))) {
      published.push(...publishedIn(stored))
      yield stored
    }
  }
}

/** Added past the gateway: no commit, no tree and no page of this check contains them. */
async function outsideHead(ledger: LedgerReader, tenant: string): Promise<readonly LogFinding[]> {
  const count = await ledger.outsideHead(tenant)
  if (count === 0) return []
  return [{ code: 'ledger_head_wrong', detail: `${count} entries are stored outside of the head` }]
}

/** What would be refused when it is loaded, said here as well. */
async function unrecorded(
  bundles: CheckLedgerDeps['bundles'],
  tenant: string,
): Promise<readonly LedgerFinding[]> {
  try {
    await bundles.active(tenant)
    return []
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'policy_unrecorded') throw error
    return [{ code: 'policy_unrecorded', detail: error.message }]
  }
}

/** Few entries are about policy, and every entry is read once already. */
function publishedIn({ index, bytes }: StoredEntry): readonly Published[] {
  if (!Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes('"policy.published"')) {
    return []
  }
  const read = readEntry(bytes)
  if (!read.ok || read.entry.type !== 'policy.published') return []
  const { bundle, sequence } = read.entry.data
  return [{ index, bundle, sequence }]
}
