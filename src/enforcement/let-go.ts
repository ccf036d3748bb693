/**
 * The one way a lease ends, for whatever reason: the call is settled or lost, the task is over, a person pressed
 * stop, the agent is suspended. The right to use it ends with the commit of its cause; a borrowed credential is
 * taken back at its broker right after that, and again until it is (end-leases.ts).
 */
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import type { NextId } from '../kernel/ids.ts'
import type { BrokeredLeaseStore } from '../lease/brokered.ts'
import type { Lease, LeaseStore } from '../lease/lease.ts'

export type LetGoParts = {
  readonly nextId: NextId
  readonly leases: Pick<LeaseStore, 'revoke'>
  readonly brokeredLeases: Pick<BrokeredLeaseStore, 'end'>
}

/** What the entry shares with those of the call. */
export type Told = Pick<EntryDraft, 'atMs' | 'actor' | 'caseId' | 'task' | 'call'>

/** Ends the lease in the transaction of its cause. No entry when a borrowed one was ending already. */
export async function letGo(
  parts: LetGoParts,
  tx: Tx,
  { id, kind }: Pick<Lease, 'id' | 'kind'>,
  told: Told,
  reason: string,
): Promise<readonly EntryDraft[]> {
  await parts.leases.revoke(tx, id)
  if (kind !== 'local') return letGoOf(parts, tx, id, told, reason)
  return [{ ...told, id: parts.nextId(), type: 'lease.revoked', data: { lease: id, reason } }]
}

/** The same for one that was borrowed and that no call holds. `handle`: what the broker said to know it by. */
export async function letGoOf(
  { nextId, brokeredLeases }: Pick<LetGoParts, 'nextId' | 'brokeredLeases'>,
  tx: Tx,
  id: string,
  told: Told,
  reason: string,
  handle?: string,
): Promise<readonly EntryDraft[]> {
  if (!(await brokeredLeases.end(tx, id, reason, told.atMs, { handle }))) return []
  return [{ ...told, id: nextId(), type: 'lease.ending', data: { lease: id, reason } }]
}
