/**
 * What is asked of a broker: a credential for one step of one task, for at most what was decided and for no longer than
 * the rule, the task and the backend allow.
 */
import type { ClassifiedCall } from '../catalogue/tool.ts'
import { Failure } from '../kernel/failure.ts'
import type { BrokeredLease } from '../lease/brokered.ts'
import type { Lease } from '../lease/lease.ts'
import type { CredentialBroker } from '../lease/ports.ts'
import { type LendingRule, ttlOf } from '../lease/rule.ts'
import { type LeaseScope, placeDigest } from '../lease/scope.ts'
import type { CallPlace } from './place.ts'
import type { Spine } from './spine.ts'

export type Wish = { readonly lease: BrokeredLease; readonly ttlMs: number }

/** Throws `broker_refused` when the backend lends for no time so short. */
export function wishOf(
  spine: Pick<Spine, 'clock' | 'nextId' | 'node'>,
  place: CallPlace,
  call: ClassifiedCall,
  rule: LendingRule,
  { id: broker, kind, capabilities }: CredentialBroker,
): Wish {
  const { tenant, agent, task } = place.session
  const nowMs = spine.clock.nowMs()
  // An undo or a probe works on after its task.
  const leftMs = place.actor === undefined ? task.expiresAtMs - nowMs : Number.POSITIVE_INFINITY
  const ttlMs = ttlOf(rule, capabilities, leftMs)
  if (ttlMs === undefined) {
    throw new Failure('broker_refused', `${broker} lends for no time as short as is allowed here`)
  }
  const scope = scopeOf(place, call, rule)
  const lease: BrokeredLease = {
    ...{ tenant, id: spine.nextId(), kind, broker, scope, task: task.id, agent: agent.id },
    ...{ caseId: task.caseId, call: place.callId, node: spine.node, state: 'requested' },
    place: placeDigest(task.id, scope, place.callId),
    issuedAtMs: nowMs,
    expiresAtMs: nowMs + ttlMs,
    residualUntilMs: nowMs + ttlMs,
    attempts: 0,
    isStuck: false,
  }
  return { lease, ttlMs }
}

/** At most the tool, the targets and the verb of the decision (R59). */
export function scopeOf(
  { upstream, label }: CallPlace,
  { action, effect, targets }: ClassifiedCall,
  { audience }: Pick<LendingRule, 'audience'>,
): LeaseScope {
  const touched = targets.map(({ kind, id }) => ({ kind, id }))
  return { upstream, tool: label.tool, action, effect, targets: touched, audience }
}

/** The right to use it, which the call holds. */
export function leaseOf(
  { tenant, id, kind, task, call, scope, issuedAtMs, expiresAtMs }: BrokeredLease,
  place: CallPlace,
): Lease {
  const { upstream, tool } = scope
  return {
    ...{ tenant, id, kind, task, call, upstream, tool, state: 'live', issuedAtMs, expiresAtMs },
    ...(place.actor === undefined ? {} : { isOwn: true }),
  }
}
