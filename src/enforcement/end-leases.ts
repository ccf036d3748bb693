/**
 * Takes borrowed credentials back at their brokers: what has ended, what outlived its time, and what a crash left.
 * All that are due at once, each again with growing distance until the broker has it; after a minute people are
 * paged, because somebody may still be able to use it.
 */
import type { Tx } from '../kernel/commit.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { codeOf, Failure } from '../kernel/failure.ts'
import type { BrokeredLease } from '../lease/brokered.ts'
import type { Revocation } from '../lease/ports.ts'
import { letGo } from './let-go.ts'
import type { Spine } from './spine.ts'

/** At most this many at once, so that one run stays short. */
const BATCH = 100
const FIRST_WAIT_MS = 1_000
const LONGEST_WAIT_MS = 30_000
/** "after 60 s somebody is told": half of what a person needs to act on it by hand. */
const STUCK_AFTER_MS = 60_000
/** An answer that has not come by then does not come: twice what a broker is given. */
const UNANSWERED_MS = 30_000
const WATCHERS = 'platform-engineer'
const GATEWAY = { kind: 'system', id: 'lease-keeper' } as const

/** Returns how many were taken back or given up on; those a broker kept are tried again. Doing it twice does it once. */
export async function endLeases(spine: Spine, stop: AbortSignal): Promise<number> {
  const nowMs = spine.clock.nowMs()
  const overdue = await spine.brokeredLeases.overdue(nowMs, nowMs - UNANSWERED_MS, BATCH)
  await Promise.all(
    overdue.map((lease) =>
      endOne(spine, lease, lease.state === 'issued' ? 'expired' : 'unanswered'),
    ),
  )
  const due = await spine.brokeredLeases.due(spine.clock.nowMs(), BATCH)
  const done = await Promise.all(due.map((lease) => takeBack(spine, lease, stop)))
  return done.filter(Boolean).length
}

/** What this node had borrowed when it stopped. Call after the calls in flight were settled; returns how many. */
export async function endLeft(spine: Spine, tenant: string): Promise<number> {
  const left = (await spine.brokeredLeases.alive(tenant)).filter(
    ({ node, state }) => node === spine.node && (state === 'requested' || state === 'issued'),
  )
  for (const lease of left) {
    await endOne(spine, lease, 'gateway_restarted')
    spine.at('recover:lease')
  }
  return left.length
}

/** Ends the right to use it; what a call still holds is cut off. */
async function endOne(spine: Spine, lease: BrokeredLease, reason: string): Promise<void> {
  await unlessChanged(
    spine.commit(lease.tenant, async (tx) => {
      const [first, ...rest] = await letGo(spine, tx, lease, toldOf(spine, lease), reason)
      if (first === undefined) throw new Failure('conflict', 'it is ending by now')
      return { value: undefined, entries: [first, ...rest] }
    }),
  )
}

/** True when that is the end of it. */
async function takeBack(spine: Spine, lease: BrokeredLease, stop: AbortSignal): Promise<boolean> {
  try {
    const revocation = await askBroker(spine, lease, stop)
    await commitEnd(spine, lease, revocation)
    spine.at('lease:ended')
    return true
  } catch (error) {
    // A gateway that stops leaves the rest to its next start.
    if (!(error instanceof Failure) || stop.aborted) throw error
    await commitLater(spine, lease, error)
    return false
  }
}

/** Throws `broker_unreachable`, `broker_refused`, `config_invalid`: then it may still be alive. */
async function askBroker(
  spine: Spine,
  lease: BrokeredLease,
  stop: AbortSignal,
): Promise<Revocation> {
  if (spine.lending === undefined) throw new Failure('config_invalid', 'no broker is configured')
  const broker = spine.lending.brokers.byId(lease.broker)
  spine.at('lease:revoking')
  const revocation = await broker.revoke(lease, lease.reason ?? 'ended', stop)
  spine.at('lease:revoked')
  if (revocation.isRevoked || !broker.capabilities.revokesNow) return revocation
  throw new Failure('broker_refused', `${broker.id} did not take it back`)
}

async function commitEnd(
  spine: Spine,
  lease: BrokeredLease,
  { isRevoked, residualUntilMs, sessionsEnded }: Revocation,
): Promise<void> {
  const residual = residualUntilMs === undefined ? {} : { residual_until: residualUntilMs }
  const sessions = sessionsEnded === undefined ? {} : { sessions: sessionsEnded }
  const data = { lease: lease.id, reason: lease.reason ?? 'ended' }
  const told = { ...toldOf(spine, lease), id: spine.nextId() }
  const entry: EntryDraft = isRevoked
    ? { ...told, type: 'lease.revoked', data: { ...data, ...residual, ...sessions } }
    : {
        ...told,
        type: 'lease.left',
        data: { ...data, residual_until: residualUntilMs ?? lease.residualUntilMs },
      }
  await change(spine, lease, entry, (tx) =>
    spine.brokeredLeases.ended(tx, lease.id, residualUntilMs),
  )
}

async function commitLater(spine: Spine, lease: BrokeredLease, error: Failure): Promise<void> {
  const nowMs = spine.clock.nowMs()
  const attempts = lease.attempts + 1
  const dueAtMs = nowMs + Math.min(FIRST_WAIT_MS * 2 ** lease.attempts, LONGEST_WAIT_MS)
  const isStuck = nowMs - (lease.endingSinceMs ?? nowMs) >= STUCK_AFTER_MS
  const entry: EntryDraft = {
    ...toldOf(spine, lease),
    id: spine.nextId(),
    type: 'lease.revocation_failed',
    data: { lease: lease.id, attempt: attempts, error: codeOf(error), stuck: isStuck },
  }
  await change(spine, lease, entry, async (tx) => {
    const isNew = isStuck && !lease.isStuck
    if (isNew) await page(spine, tx, lease)
    return spine.brokeredLeases.later(tx, lease.id, { attempts, dueAtMs, isStuck })
  })
}

async function page(spine: Spine, tx: Tx, { tenant, id, call, caseId }: BrokeredLease) {
  await spine.notices.put(tx, {
    ...{ tenant, id: spine.nextId(), kind: 'lease.stuck', urgency: 'page' },
    to: { role: WATCHERS },
    about: { lease: id, call, caseId },
    atMs: spine.clock.nowMs(),
  })
}

async function change(
  spine: Spine,
  lease: BrokeredLease,
  entry: EntryDraft,
  work: (tx: Tx) => Promise<boolean>,
): Promise<void> {
  await unlessChanged(
    spine.commit(lease.tenant, async (tx) => {
      if (!(await work(tx))) throw new Failure('conflict', 'somebody else ended it')
      return { value: undefined, entries: [entry] }
    }),
  )
}

async function unlessChanged(done: Promise<unknown>): Promise<void> {
  await done.catch((error: unknown) => {
    if (codeOf(error) !== 'conflict') throw error
  })
}

function toldOf(spine: Spine, { caseId, task, call }: BrokeredLease) {
  return { atMs: spine.clock.nowMs(), actor: GATEWAY, caseId, task, call }
}
