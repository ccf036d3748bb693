/**
 * What a crash left behind. A call that was dispatched and has no outcome may have acted: it is never sent
 * again. It becomes `unknown`, durably, before the gateway serves anything (DESIGN 3).
 */
import type { Work } from '../kernel/commit.ts'
import type { EntryDraft, Receipt } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { CallRecord } from './call.ts'
import { firstLookAtMs, stateAfter } from './effect-record.ts'
import { letGo } from './let-go.ts'
import type { Spine } from './spine.ts'

type Parts = Pick<
  Spine,
  | 'brokeredLeases'
  | 'calls'
  | 'effects'
  | 'commit'
  | 'ledger'
  | 'leases'
  | 'nextId'
  | 'clock'
  | 'at'
  | 'node'
>

/** After the end of its time limit, the slack of its lease and this, a call of a lost node is given up on. */
const GIVE_UP_MS = 60_000

/**
 * Settles what this node had in flight when it stopped. Call before the first request is served. Returns how
 * many. A crash in between leaves the rest in flight, for the next start.
 */
export async function recover(spine: Parts, tenant: string): Promise<number> {
  const left = await spine.calls.inFlight(tenant)
  return settleAll(
    spine,
    left.filter((call) => call.node === undefined || call.node === spine.node),
  )
}

/**
 * Settles calls that are long over: their node is gone and did not come back, or could not write the outcome.
 * A node that is merely slow finds its call settled and says that the outcome is unknown.
 */
export async function giveUpOnLost(spine: Parts, tenant: string): Promise<number> {
  const nowMs = spine.clock.nowMs()
  const lost: CallRecord[] = []
  for (const call of await spine.calls.inFlight(tenant)) {
    if (call.lease === undefined) continue
    const lease = await spine.leases.byId(tenant, call.lease)
    if (lease !== undefined && lease.expiresAtMs + GIVE_UP_MS < nowMs) lost.push(call)
  }
  return settleAll(spine, lost)
}

async function settleAll(spine: Parts, calls: readonly CallRecord[]): Promise<number> {
  let settled = 0
  for (const call of calls) {
    if (await settleUnknown(spine, call)) settled++
    spine.at('recover:settled')
  }
  return settled
}

/** False when it has its outcome already. */
async function settleUnknown(spine: Parts, call: CallRecord): Promise<boolean> {
  const nowMs = spine.clock.nowMs()
  const cited = await dispatchReceipt(spine, call)
  const lease =
    call.lease === undefined ? undefined : await spine.leases.byId(call.tenant, call.lease)
  const base = {
    atMs: nowMs,
    actor: { kind: 'system', id: 'recovery' },
    caseId: call.caseId,
    task: call.task,
    call: call.id,
  } as const
  const work: Work<undefined> = async (tx) => {
    if (!(await spine.calls.settle(tx, call.id, 'unknown', undefined, nowMs))) {
      throw new Failure('conflict', 'the call has its outcome')
    }
    // Nobody knows, so it counts as there: it can be lifted, and its end is watched.
    await spine.effects.conclude(tx, call.id, stateAfter('unknown'), firstLookAtMs(nowMs))
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
    const ended =
      lease === undefined ? [] : await letGo(spine, tx, lease, base, 'gateway_restarted')
    return { value: undefined, entries: [outcome, ...ended] }
  }
  try {
    await spine.commit(call.tenant, work)
    return true
  } catch (error) {
    if (codeOf(error) !== 'conflict') throw error
    return false
  }
}

/** The receipt of the dispatch of a call, for an outcome that is written later. */
export async function dispatchReceipt(
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
