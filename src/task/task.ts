/**
 * One bounded piece of delegated work: an agent, a case, a purpose, an analyst, an end. Everything an agent
 * does happens inside one, and it carries what the agent has read so far (exposure).
 */
import type { InstantMs } from '../kernel/clock.ts'

export const PURPOSES = ['investigate', 'respond', 'hunt', 'report'] as const
export type Purpose = (typeof PURPOSES)[number]

export type Task = {
  readonly tenant: string
  readonly id: string
  readonly agent: string
  readonly caseId: string
  readonly purpose: Purpose
  /** Narrows the agent's grants for this task, same syntax; empty means all of them. */
  readonly scope: readonly string[]
  /** The analyst answerable for the work; the agent's owner when nobody else delegated it. */
  readonly onBehalfOf: string
  readonly state: 'open' | 'closed'
  readonly openedAtMs: InstantMs
  readonly expiresAtMs: InstantMs
  /** The newest plan proposed for it; whether that plan releases anything is for the plan to say. */
  readonly plan?: string
  /** The task that handed this one over; its authority is a part of that one's, and ends with it (R121). */
  readonly parent?: string
  readonly revision: number
}

/** What a task has read: grows only. */
export type Exposure = {
  readonly labels: readonly string[]
  /** Exposed tool names whose results strangers can write. */
  readonly untrustedSources: readonly string[]
  /** Those a person was shown and released an act in spite of: each is asked about once per task (R45). */
  readonly approvedSources: readonly string[]
  readonly revision: number
}

/** The sources nobody has answered for yet: what taints the next act. */
export function openSources({ untrustedSources, approvedSources }: Exposure): readonly string[] {
  return untrustedSources.filter((source) => !approvedSources.includes(source))
}
