/**
 * What this node has read already, so that a call asks the store for revisions and not again for everything
 * they stand for. A remembered value is given only for the very revision it was read at, and the revision is
 * read from the store on every call, before the value: so a change made anywhere decides from the next call on,
 * exactly as without a memory. A value may be newer than its revision, never older; the dispatch commit then
 * finds the revision outdated.
 */
import type { Asset } from '../case/asset.ts'
import type { Case } from '../case/case.ts'
import type { Agent } from '../identity/agent.ts'
import type { RosterFeed } from '../roster/roster.ts'
import type { Exposure, Task } from '../task/task.ts'
import type { Stop } from './facts.ts'

/** The value of `key` at `revision`, which was just read; `read` is asked when it is not remembered. */
export type Recall<T> = (
  tenant: string,
  key: string,
  revision: number,
  read: () => Promise<T>,
) => Promise<T>

export type FactMemory = {
  readonly agents: Recall<Agent | undefined>
  readonly tasks: Recall<Task | undefined>
  readonly cases: Recall<Case | undefined>
  readonly assets: Recall<Asset | undefined>
  readonly exposures: Recall<Exposure>
  readonly stops: Recall<readonly Stop[]>
  readonly feeds: Recall<readonly RosterFeed[]>
}

/** Of one kind; some megabytes. Beyond it the oldest goes: agents name assets freely, so the number must be bounded. */
const MAX_REMEMBERED = 4_096

export function createFactMemory(): FactMemory {
  return {
    agents: createRecall(),
    tasks: createRecall(),
    cases: createRecall(),
    assets: createRecall(),
    exposures: createRecall(),
    stops: createRecall(),
    feeds: createRecall(),
  }
}

/** Values of one kind. They are shared among calls and must never be changed in place. */
export function createRecall<T>(maxRemembered: number = MAX_REMEMBERED): Recall<T> {
  const known = new Map<string, { readonly revision: number; readonly value: T }>()
  return async (tenant, key, revision, read) => {
    const name = `${tenant} ${key}`
    const held = known.get(name)
    if (held?.revision === revision) return held.value
    const value = await read()
    const now = known.get(name)
    // A call that began earlier may end later; what it read must not take the place of something newer.
    if (now !== undefined && now.revision >= revision) return value
    if (now === undefined && known.size >= maxRemembered) {
      const oldest = known.keys().next().value
      if (oldest !== undefined) known.delete(oldest)
    }
    known.set(name, { revision, value })
    return value
  }
}
