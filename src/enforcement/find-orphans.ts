/**
 * What bears our mark at a backend though the record says that it ended, or does not know it: after a crash between
 * two words of a broker, a restored backup, a hand at the backend. The first is taken back. The second may be
 * another installation's, so it is told and left alone.
 */
import type { EntryDraft } from '../kernel/entry.ts'
import { isId } from '../kernel/ids.ts'
import type { CredentialBroker, OrphanLease } from '../lease/ports.ts'
import type { Spine } from './spine.ts'

/** More than this nobody reads, and no backend here should hold. */
const MOST = 10_000
const KEEPER = { kind: 'system', id: 'lease-keeper' } as const

/** How a backend lists what bears our mark. */
type Reconcile = NonNullable<CredentialBroker['reconcile']>

/**
 * Looks through one backend; strangers are told of once, `told` remembers which. Returns how many leases are ended
 * again. Throws what the broker throws.
 */
export async function findOrphans(
  spine: Spine,
  tenant: string,
  reconcile: Reconcile,
  told: Set<string>,
  stop: AbortSignal,
): Promise<number> {
  let found = 0
  let ended = 0
  for await (const orphan of reconcile(stop)) {
    if (++found > MOST) break
    if (isId(orphan.lease) && (await endAgain(spine, tenant, orphan, told))) ended++
  }
  return ended
}

async function endAgain(
  spine: Spine,
  tenant: string,
  orphan: OrphanLease,
  told: Set<string>,
): Promise<boolean> {
  const lease = await spine.brokeredLeases.byId(tenant, orphan.lease)
  // Of those that live or are ending this or another node takes care.
  if (lease !== undefined && lease.state !== 'ended') return false
  const place =
    lease === undefined ? {} : { caseId: lease.caseId, task: lease.task, call: lease.call }
  const entry: EntryDraft = {
    ...place,
    id: spine.nextId(),
    atMs: spine.clock.nowMs(),
    actor: KEEPER,
    type: 'lease.orphaned',
    data: { lease: orphan.lease, known: lease !== undefined },
  }
  if (lease === undefined) {
    if (told.has(orphan.lease)) return false
    told.add(orphan.lease)
    await spine.commit(tenant, async () => ({ value: undefined, entries: [entry] }))
    return false
  }
  const more = { from: ['ended'] as const, handle: orphan.handle }
  const { value } = await spine.commit(tenant, async (tx) => ({
    value: await spine.brokeredLeases.end(tx, lease.id, 'orphaned', entry.atMs, more),
    entries: [entry],
  }))
  return value
}
