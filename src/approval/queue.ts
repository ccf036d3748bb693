/**
 * The queue of people, one screen at a time: what runs out first on top and, of what runs out within the same
 * minute, the worst first. Decided requests come newest first. A port, and what its order is made of.
 */
import type { Role } from '../identity/person.ts'
import type { ApprovalRequest, RequestState } from './request.ts'

/**
 * `mine`: in my hands. `teams`: also what a role I am on duty for has to sign. `waiting`: whatever waits.
 * `decided`: what waits no more.
 */
export type QueueView = 'mine' | 'teams' | 'waiting' | 'decided'

/** Who looks, and the roles they are on duty for now. */
export type Onlooker = { readonly person: string; readonly roles: readonly Role[] }

/** One word of a search: what it may stand in, and whom and what it names. */
export type QueueWord = {
  /** Lower case; matched anywhere in target, tool, action, effect, state and id. */
  readonly text: string
  readonly agents: readonly string[]
  readonly cases: readonly string[]
  readonly owners: readonly string[]
}

export type QueueAsk = Onlooker & {
  /** Absent: requests of every state, the oldest first, so that who reads on misses no new one. */
  readonly view?: QueueView
  readonly state?: RequestState
  readonly caseId?: string
  /** All of them have to match. */
  readonly words: readonly QueueWord[]
  readonly offset: number
  readonly limit: number
}

export type QueueItem = {
  readonly request: ApprovalRequest
  /** What it acts upon: lower-cased `kind/id`, in the order of the alphabet. */
  readonly targets: readonly string[]
}

export type QueueCounts = Readonly<Record<Exclude<QueueView, 'decided'>, number>>

/** Read committed; two pages may be of different moments. */
export type ApprovalQueue = {
  /** `total` counts what matches, on this page or not. */
  readonly page: (
    tenant: string,
    ask: QueueAsk,
  ) => Promise<{ readonly items: readonly QueueItem[]; readonly total: number }>
  readonly counts: (tenant: string, onlooker: Onlooker) => Promise<QueueCounts>
}
