/**
 * Something a person should hear about. Whoever causes it puts a notice in the transaction of its cause, so
 * that nothing happens unheard and nothing is told that did not happen. What becomes of a notice (which
 * channels, how often, what when nobody can be reached) is decided later, from rows.
 *
 * A notice holds ids only. What a message says is read when it is written, so it never says more than its
 * reader may see and never outlives what was erased.
 */
import type { InstantMs } from './clock.ts'
import type { Tx } from './commit.ts'

export type NoticeKind =
  | 'approval.requested'
  | 'approval.escalated'
  | 'approval.expiring'
  | 'approval.decided'
  | 'approval.handed_over'
  | 'approval.emergency'
  | 'plan.stopped'
  | 'plan.handed_over'
  | 'stop.pressed'
  | 'agent.quarantined'
  | 'roster.unreachable'
  | 'roster.gap'
  | 'containment.ended'
  | 'lease.stuck'
  | 'lease.misused'
  | 'undo.failed'
  | 'effect.exceeded'
  | 'collection.failed'
  | 'clock.jumped'
  | 'change.proposed'

/** `page` asks for somebody now, at any hour; `inform` may be read in the morning. */
export type Urgency = 'page' | 'inform'

/** A role stands for whoever is on duty for it when the notice is sent, and for all its holders when nobody is. */
export type Recipient = { readonly person: string } | { readonly role: string }

export type NoticeAbout = {
  readonly request?: string
  readonly call?: string
  readonly caseId?: string
  readonly plan?: string
  readonly stop?: string
  readonly lease?: string
  readonly containment?: string
  readonly change?: string
}

export type Notice = {
  readonly tenant: string
  readonly id: string
  readonly kind: NoticeKind
  readonly urgency: Urgency
  readonly to: Recipient
  readonly about: NoticeAbout
  readonly atMs: InstantMs
}

/** Durable with the transaction it is put in; who is told how is settled after that, at least once. */
export type NoticeQueue = {
  readonly put: (tx: Tx, notice: Notice) => Promise<void>
}
