/**
 * A decision somebody has to look at again: it stays open until enough people in different roles gave their
 * verdict, none of them the person it is about, and each without seeing the other's (DESIGN 9).
 */
import type { Role } from '../identity/person.ts'
import type { InstantMs } from '../kernel/clock.ts'
import type { Tx } from '../kernel/commit.ts'

export type ReviewKind = 'emergency' | 'agent_owner'
export const VERDICTS = ['justified', 'not_justified'] as const
export type ReviewVerdict = (typeof VERDICTS)[number]

export type Review = {
  readonly tenant: string
  readonly id: string
  readonly kind: ReviewKind
  readonly request: string
  readonly caseId: string
  /** Whose decision it is. */
  readonly about: string
  readonly openedAtMs: InstantMs
  readonly dueAtMs: InstantMs
  /** How many people have to give a verdict. */
  readonly needed: number
  readonly state: 'open' | 'closed'
  readonly verdicts: readonly {
    readonly person: string
    readonly role: Role
    readonly verdict: ReviewVerdict
    readonly atMs: InstantMs
  }[]
}

/** A day: whoever was not reachable at night is there by then. */
export const REVIEW_WITHIN_MS = 24 * 3_600_000

export type ReviewStore = {
  readonly reviewById: (tenant: string, id: string) => Promise<Review | undefined>
  readonly reviews: (tenant: string, state?: Review['state']) => Promise<readonly Review[]>
  readonly lockReview: (tx: Tx, id: string) => Promise<Review | undefined>
  readonly putReview: (tx: Tx, review: Review) => Promise<void>
}
