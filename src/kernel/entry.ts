/**
 * What may be said in the ledger. An entry is public to every verifier for ever, so it may hold only our own
 * ids, enums, digests, instants, counts, flags, labels we chose and salted commitments. Text that came from
 * an agent, a tool, a person or a ticket goes into a payload, which is committed here and stored apart.
 * This file names the events and the shape of each one's `data`; ledger/entry.ts enforces it when appending.
 */
import type { InstantMs } from './clock.ts'

/** What a data field may hold. `label` is `[A-Za-z0-9][A-Za-z0-9_.:/@-]{0,79}`, chosen by us or reviewed. */
export type FieldKind =
  | 'id'
  | 'digest'
  | 'instant'
  | 'count'
  | 'flag'
  | 'label'
  | 'labels'
  | 'ids'
  | 'digests'

const CALL = { tool: 'label', definition: 'digest', fingerprint: 'digest' } as const
const REQUEST = { request: 'id', action_digest: 'digest' } as const

/**
 * The closed vocabulary: event name to allowed data fields. A trailing `?` in the kind means optional.
 * Adding an event or an optional field is compatible; changing one is a new entry version.
 */
// biome-ignore format: a table reads best with one row per line
export const EVENTS = {
  'log.started': { origin: 'label', engine: 'label', product_version: 'label' },
  // The clock of a node's host parted from a counter nobody sets; `how`: it returned, or the new time is believed.
  'clock.jumped': { node: 'label', direction: 'label', by_ms: 'count' },
  'clock.steady': { node: 'label', how: 'label', direction: 'label', by_ms: 'count' },
  'log.gap.declared': { reason: 'label' },
  'agent.registered': { agent: 'id', owner: 'id', mode: 'label', key: 'digest', proven: 'flag?' },
  'agent.changed': { agent: 'id', state: 'label?', mode: 'label?', key: 'digest?', grants: 'digest?', proven: 'flag?' },
  'person.registered': { person: 'id', roles: 'labels', proven: 'flag' },
  'person.changed': { person: 'id', state: 'label?', roles: 'labels?', certificate: 'id?', class: 'label?', expires: 'instant?', chat: 'label?', proven: 'flag?' },
  'delegation.made': { delegation: 'id', delegator: 'id', delegate: 'id', role: 'label', classes: 'labels', from: 'instant', to: 'instant' },
  'delegation.ended': { delegation: 'id', reason: 'label' },
  'suspect.marked': { person: 'id' },
  'suspect.cleared': { person: 'id' },
  'roster.changed': { role: 'label', person: 'id?', from: 'instant', to: 'instant', source: 'label', digest: 'digest?', shifts: 'count?', proven: 'flag?' },
  // `digest` is of what the feed last said; `unmatched` counts shifts of people we do not know in that role.
  'roster.reported': { weeks: 'count', gaps: 'count', without_stop_holder: 'count', unclear: 'count' },
  'roster.refreshed': { source: 'label', state: 'label', digest: 'digest?', shifts: 'count?', unmatched: 'count?', error: 'label?' },
  'case.linked': { severity: 'count', state: 'label', source: 'label' },
  'case.changed': { severity: 'count?', state: 'label?', source: 'label' },
  'asset.changed': { asset: 'id', kind: 'label', criticality: 'count', never_touch: 'flag', source: 'label', proven: 'flag?' },
  'task.opened': { task: 'id', agent: 'id', purpose: 'label', on_behalf_of: 'id?', expires: 'instant' },
  'task.changed': { task: 'id', purpose: 'label?', reason: 'label' },
  'task.handed_over': { task: 'id', parent: 'id', agent: 'id', from: 'id', scope: 'digest', labels: 'labels', untrusted: 'count' },
  'task.closed': { task: 'id', reason: 'label' },
  'token.issued': { task: 'id', token: 'digest', expires: 'instant' },
  // `agent` or `person` is whom an unproven caller claimed to be; a proven one is the actor.
  'access.refused': { reason: 'label', face: 'label', agent: 'id?', person: 'id?' },
  // `vouched`: a platform engineer or the gateway stands behind it, not only the person's own token.
  'login.link_issued': { link: 'id', person: 'id', vouched: 'flag', expires: 'instant' },
  'session.opened': { session: 'id', person: 'id', method: 'label', expires: 'instant', link: 'id?', passkey: 'id?' },
  'session.renewed': { session: 'id', person: 'id' },
  // `key` is the digest of the public key; `device_bound` is the authenticator's word.
  'passkey.enrolled': { passkey: 'id', person: 'id', key: 'digest', algorithm: 'label', aaguid: 'label', device_bound: 'flag', session: 'id' },
  'passkey.vouched': { passkey: 'id', person: 'id', key: 'digest' },
  'passkey.revoked': { passkey: 'id', person: 'id', reason: 'label' },
  'session.closed': { session: 'id', person: 'id', reason: 'label' },
  'prompt.received': { provenance: 'label' },
  'tool.seen': { tool: 'label', definition: 'digest', status: 'label', findings: 'labels?' },
  'tool.reviewed': { tool: 'label', definition: 'digest', entry: 'digest?', verdict: 'label' },
  // `owned`: every class it holds for people had somebody who could own it. `thresholds`: their version, in force from here.
  'policy.published': { bundle: 'digest', sequence: 'count', parent: 'digest?', proven: 'flag?', owned: 'flag?', thresholds: 'label?' },
  // Two people: `kind` names the change, `digest` what was proposed. `made_alone`: in an emergency, `due` for review.
  'change.proposed': { change: 'id', kind: 'label', digest: 'digest', due: 'instant' },
  'change.confirmed': { change: 'id', kind: 'label', digest: 'digest', person: 'id', passkey: 'id?' },
  'change.rejected': { change: 'id', kind: 'label', person: 'id' },
  'change.expired': { change: 'id', kind: 'label' },
  'change.made_alone': { change: 'id', kind: 'label', digest: 'digest', due: 'instant' },
  'change.reviewed': { change: 'id', kind: 'label', person: 'id', verdict: 'label' },
  'policy.monitor_changed': { actions: 'labels', expires: 'instant' },
  // `stale`: facts that were missing or too old; what ran nevertheless only read or annotated.
  'tool.call.decided': {
    ...CALL, action: 'label', effect: 'label', decision: 'label', enforced: 'flag', reason: 'label',
    bundle: 'digest?', rule: 'digest?', policies: 'labels', obligations: 'labels?', facts: 'digest?',
    request: 'id?', attempt: 'count', target_kind: 'label?', mode: 'label?', purpose: 'label?', step: 'count?', thresholds: 'label?',
    recommendation: 'id?', safeguards: 'ids?', stale: 'labels?', direction: 'label?',
  },
  'approval.requested': { ...REQUEST, role: 'label', owner: 'id?', strength: 'label', expires: 'instant', claim: 'label', owner_until: 'instant?', roster: 'label?', roster_digest: 'digest?', roster_stale: 'flag?' },
  'approval.viewed': { ...REQUEST, person: 'id' },
  'approval.acknowledged': { ...REQUEST, person: 'id' },
  'approval.taken_over': { ...REQUEST, person: 'id', previous: 'id?', withdrawn: 'flag?' },
  'approval.granted': { ...REQUEST, person: 'id', role: 'label', grant: 'id', expires: 'instant', certificate: 'id?', held_as: 'label?', delegation: 'id?', acknowledged: 'labels?', passkey: 'id?' },
  // `members` and `excluded` are requests; the members' own entries cite this one.
  'group.decided': { group: 'id', group_digest: 'digest', verdict: 'label', person: 'id', members: 'ids', excluded: 'ids', passkey: 'id?' },
  'approval.advised': { ...REQUEST, person: 'id', verdict: 'label', failing: 'label' },
  'approval.co_signed': { ...REQUEST, person: 'id', role: 'label', certificate: 'id?', held_as: 'label?', delegation: 'id?', acknowledged: 'labels?', passkey: 'id?' },
  'approval.denied': { ...REQUEST, person: 'id', role: 'label' },
  'approval.expired': { ...REQUEST, reason: 'label' },
  // `suggested` is the fingerprint of the call a person wants instead.
  'approval.cancelled': { ...REQUEST, reason: 'label', person: 'id?', suggested: 'digest?' },
  'approval.asked': { ...REQUEST, question: 'id', person: 'id' },
  'approval.answered': { ...REQUEST, question: 'id', provenance: 'label' },
  'approval.escalated': { ...REQUEST, role: 'label', owner: 'id?', reason: 'label', person: 'id?', withdrawn: 'flag?' },
  'approval.emergency': { ...REQUEST, person: 'id', grant: 'id', expires: 'instant', review: 'id', review_due: 'instant', passkey: 'id?' },
  'review.verdict': { review: 'id', request: 'id', person: 'id', role: 'label', verdict: 'label', closed: 'flag' },
  'recommendation.overridden': { override: 'id', recommendation: 'id', person: 'id', role: 'label' },
  'approval.handed_over': { ...REQUEST, person: 'id', previous: 'id?', reason: 'label', withdrawn: 'flag?' },
  'grant.voided': { ...REQUEST, grant: 'id', reason: 'label' },
  'plan.proposed': { plan: 'id', digest: 'digest', request: 'id', source: 'label', steps: 'count', action: 'label', effect: 'label', deadline: 'instant', follows: 'id?' },
  'plan.stopped': { plan: 'id', reason: 'label', calls: 'count', person: 'id?' },
  'standing.signed': { standing: 'id', digest: 'digest', person: 'id', role: 'label', action: 'label', effect: 'label', cap: 'count', window_ms: 'count', sample_percent: 'count', expires: 'instant', certificate: 'id?', passkey: 'id?' },
  'standing.revoked': { standing: 'id', person: 'id' },
  'standing.used': { standing: 'id', action: 'label', sampled: 'flag' },
  'standing.reviewed': { standing: 'id', verdict: 'label', person: 'id' },
  'plan.handed_over': { plan: 'id', reason: 'label', calls: 'count', person: 'id?', previous: 'id?' },
  'plan.completed': { plan: 'id', calls: 'count' },
  'lease.requested': { lease: 'id', kind: 'label', tool: 'label', broker: 'label?', scope: 'digest?', ttl_ms: 'count?' },
  'lease.issued': { lease: 'id', kind: 'label', tool: 'label', task: 'id', expires: 'instant', residual_until: 'instant', broker: 'label?', scope: 'digest?', broader: 'flag?', findings: 'labels?' },
  // `ending`: nobody may use it from here on, and the broker is asked to take it back until it has.
  'lease.ending': { lease: 'id', reason: 'label' },
  'lease.revoked': { lease: 'id', reason: 'label', residual_until: 'instant?', sessions: 'count?' },
  // `left`: the backend cannot take it back before it ends by itself.
  'lease.left': { lease: 'id', reason: 'label', residual_until: 'instant' },
  'lease.revocation_failed': { lease: 'id', attempt: 'count', error: 'label', stuck: 'flag' },
  // `wanted` is the task, tool or target it was presented for and not lent for; `used`: it was used before.
  'lease.orphaned': { lease: 'id', known: 'flag' },
  'lease.misused': { lease: 'id', tool: 'label', why: 'label' },
  'secret.sealed': { secret: 'label', fields: 'labels' },
  'secret.removed': { secret: 'label' },
  'tool.call.dispatched': { ...CALL, upstream: 'label', frame: 'digest', lease: 'id', attempt: 'count', grant: 'id?', plan: 'id?', step: 'count?', ends: 'instant?', at_end: 'label?', before: 'id?' },
  'tool.call.outcome': { ...CALL, outcome: 'label', evidence: 'id?', probe: 'label?', error: 'label?', duration_ms: 'count' },
  'tool.result.delivered': { evidence: 'id?', labels: 'labels', redactions: 'count', removed: 'labels?' },
  // The `call` of an undo is its own; `undoes` is the call it takes back. `by` is why the person, or the timer, may.
  'undo.started': { undoes: 'id', by: 'label', statement: 'digest' },
  'undo.done': { undoes: 'id', outcome: 'label', drilled: 'digest?' },
  'undo.failed': { undoes: 'id', outcome: 'label', error: 'label?' },
  'effect.exceeded': { tool: 'label', what: 'label', observed: 'label?', targets: 'count?', approved: 'count?' },
  'effect.unseen': { effect_of: 'id', next: 'instant?' },
  // `beside` is the isolation. Without it a collection that was sent is of unknown outcome; its start says beside what.
  'collection.started': { beside: 'id' },
  'collection.failed': { beside: 'id?', outcome: 'label', error: 'label?' },
  'containment.extended': { contained: 'id', by: 'label', ends: 'instant' },
  'containment.ended': { contained: 'id', how: 'label' },
  'containment.overdue': { contained: 'id', how: 'label' },
  // Who let evidence be destroyed without what protects it; the target itself is a payload.
  'safeguard.waived': { waives: 'labels', target_kind: 'label', until: 'instant' },
  'recommendation.made': { recommendation: 'id', status: 'label', evidence: 'ids', owner: 'id?' },
  'recommendation.decided': { recommendation: 'id', verdict: 'label', person: 'id' },
  'stop.pressed': { stop: 'id', scope: 'label', subject: 'label?', person: 'id' },
  'stop.released': { stop: 'id', person: 'id' },
  // `kind` and `urgency` of what a person was to hear; `channel` is the operator's name for it, never an address.
  'notice.planned': { notice: 'id', kind: 'label', urgency: 'label', deliveries: 'count' },
  'notice.attempted': { notice: 'id', delivery: 'id', channel: 'label', attempt: 'count' },
  'notice.sent': { notice: 'id', delivery: 'id', channel: 'label', attempt: 'count' },
  'notice.failed': { notice: 'id', delivery: 'id', channel: 'label', attempt: 'count', error: 'label', final: 'flag' },
  'chat.received': { channel: 'label', verb: 'label', linked: 'flag', callback: 'digest', request: 'id?' },
  'notice.dropped': { notice: 'id', delivery: 'id?', channel: 'label?', reason: 'label' },
  'budget.changed': { budget: 'label', limit: 'count', person: 'id' },
  'privacy.payload.erased': { data_class: 'label', reason: 'label', keys: 'digests' },
  'export.created': { export: 'id', entries: 'count', last_sequence: 'count', manifest: 'digest?' },
  'oversight.finding': { finding: 'label', severity: 'label' },
} as const satisfies Record<string, Readonly<Record<string, `${FieldKind}${'' | '?'}`>>>

export type EventName = keyof typeof EVENTS

/** Who did it. `system` is the gateway itself (timers, start-up); its id is a label naming the part. */
export type Actor = { readonly kind: 'agent' | 'person' | 'system'; readonly id: string }

export type DataClass = 'operational' | 'personal' | 'secret' | 'special'

/** Bytes that belong to an entry but may not stand in it. Stored encrypted under (tenant, case, data class). */
export type Payload = {
  readonly bytes: Uint8Array
  readonly mediaType: string
  readonly dataClass: DataClass
}

export type FieldValue = string | number | boolean | readonly string[]

/**
 * An entry before it has a place in the log. The store adds index, tenant, case sequence and hashes.
 * `atMs` is the kernel clock; it is a claim of the writer, order is what the tree proves.
 */
export type EntryDraft = {
  readonly id: string
  readonly type: EventName
  readonly atMs: InstantMs
  readonly actor: Actor
  readonly caseId?: string
  readonly task?: string
  readonly call?: string
  /** Ids of earlier drafts of the same work, or receipts of entries already durable, that this one rests on. */
  readonly cites?: readonly (string | Receipt)[]
  readonly data: { readonly [field: string]: FieldValue }
  /** Field name to payload. Names match `[a-z][a-z_]{0,30}`. */
  readonly payloads?: { readonly [name: string]: Payload }
}

/** Proof that an entry is durable: its place in the tenant's log and its RFC 6962 leaf hash (hex). */
export type Receipt = {
  readonly tenant: string
  readonly entryId: string
  readonly type: EventName
  readonly index: number
  readonly leafHash: string
}
