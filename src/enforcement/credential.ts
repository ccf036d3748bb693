/**
 * What a frame is sent with: the gateway's own credential for that server, or the one that was borrowed for exactly
 * this call. A lease that is presented for another task, tool or target, or a second time, opens nothing; it is on
 * record as an attempt to get further, and people are paged.
 */
import type { ClassifiedCall } from '../catalogue/tool.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { Misuse } from '../lease/desk.ts'
import type { Lease } from '../lease/lease.ts'
import { placed } from '../lease/material.ts'
import type { LeaseSecret } from '../lease/placement.ts'
import { scopeDigest } from '../lease/scope.ts'
import type { Dispatched } from './dispatch.ts'
import { baseOf } from './entries.ts'
import type { CallPlace } from './place.ts'
import type { Spine } from './spine.ts'
import { scopeOf } from './wish.ts'

const WATCHERS = 'platform-engineer'

/** Throws `lease_refused`, `broker_refused`, `broker_unreachable`; then there is nothing to send with. */
export async function credentialFor(
  spine: Spine,
  place: CallPlace,
  call: ClassifiedCall,
  { lease, frame }: Pick<Dispatched, 'lease' | 'frame'>,
): Promise<LeaseSecret | undefined> {
  if (lease.kind === 'local') return spine.credentials(frame.upstream)
  const rule = spine.lending?.ruleFor(frame.upstream, frame.name)
  if (spine.lending === undefined || rule === undefined) {
    throw new Failure('lease_refused', 'no rule lends for this tool')
  }
  const { task } = place.session
  const use = {
    task: task.id,
    tool: place.label.tool,
    scope: scopeDigest(scopeOf(place, call, rule)),
  }
  const loan = spine.lending.desk.take(lease.id, use, spine.clock.nowMs())
  if (typeof loan === 'string') {
    await tellMisuse(spine, place, lease, loan)
    throw new Failure('lease_refused', REFUSED[loan])
  }
  return { ...placed(loan.material, loan.rule.placement), lease: lease.id }
}

const REFUSED: Readonly<Record<Misuse, string>> = {
  used: 'the lease was used before',
  task: 'the lease is of another task',
  tool: 'the lease is for another tool',
  target: 'the lease is for another target',
  expired: 'the lease has ended',
}

async function tellMisuse(
  spine: Spine,
  place: CallPlace,
  lease: Lease,
  why: Misuse,
): Promise<void> {
  const atMs = spine.clock.nowMs()
  const { tenant, task } = place.session
  const misused: EntryDraft = {
    ...baseOf({ ...place, atMs }),
    id: spine.nextId(),
    type: 'lease.misused',
    data: { lease: lease.id, tool: place.label.tool, why },
  }
  await spine.commit(tenant, async (tx) => {
    if (why !== 'expired') {
      await spine.notices.put(tx, {
        ...{ tenant, id: spine.nextId(), kind: 'lease.misused', urgency: 'page', atMs },
        to: { role: WATCHERS },
        about: { lease: lease.id, call: place.callId, caseId: task.caseId },
      })
    }
    return { value: undefined, entries: [misused] }
  })
}
