/**
 * What a crash left behind. A call that was dispatched and has no outcome may have acted: it is never sent
 * again. It becomes `unknown`, durably, before the gateway serves anything (DESIGN 3).
 */
import type { EntryDraft, Receipt } from '../kernel/entry.ts'
import type { CallRecord } from './call.ts'
import type { Spine } from './spine.ts'

type Parts = Pick<Spine, 'calls' | 'commit' | 'ledger' | 'leases' | 'nextId' | 'clock' | 'at'>

/**
 * Settles every call in flight of the tenant. Call before the first request is served. Returns how many. A
 * crash in between leaves the rest in flight, for the next start.
 */
export async function recover(spine: Parts, tenant: string): Promise<number> {
  const left = await spine.calls.inFlight(tenant)
  for (const call of left) {
    await settleUnknown(spine, call)
    spine.at('recover:settled')
  }
  return left.length
}

async function settleUnknown(spine: Parts, call: CallRecord): Promise<void> {
  const nowMs = spine.clock.nowMs()
  const cited = await dispatchReceipt(spine, call)
  const base = {
    atMs: nowMs,
    actor: { kind: 'system', id: 'recovery' },
    caseId: call.caseId,
    task: call.task,
    call: call.id,
  } as const
  await spine.commit(call.tenant, async (tx) => {
    await spine.calls.settle(tx, call.id, 'unknown', undefined, nowMs)
    const outcome: EntryDraft = {
      ...base,
      id: spine.nextId(),
      type: 'tool.call.outcome',
      cites: cited === undefined ? [] : [cited],
      data: {
        tool: call.tool,
        definition: call.definitionDigest,
        fingerprint: call.fingerprint,
        outcome: 'unknown',
        error: 'gateway_restarted',
        duration_ms: Math.max(0, nowMs - call.createdAtMs),
      },
    }
    if (call.lease === undefined) return { value: undefined, entries: [outcome] }
    await spine.leases.revoke(tx, call.lease)
    const revoked: EntryDraft = {
      ...base,
      id: spine.nextId(),
      type: 'lease.revoked',
      data: { lease: call.lease, reason: 'gateway_restarted' },
    }
    return { value: undefined, entries: [outcome, revoked] }
  })
}

async function dispatchReceipt(
  spine: Pick<Parts, 'ledger'>,
  call: CallRecord,
): Promise<Receipt | undefined> {
  if (call.dispatchedEntry === undefined) return undefined
  const entry = await spine.ledger.entryById(call.tenant, call.dispatchedEntry)
  if (entry === undefined) return undefined
  return {
    tenant: call.tenant,
    entryId: entry.id,
    type: 'tool.call.dispatched',
    index: entry.index,
    leafHash: Buffer.from(entry.leafHash).toString('hex'),
  }
}
