/**
 * A hint that a log grew, for those who wait for a decision. Commits of this node are told at once; those of
 * other nodes are found by asking for the sizes once a second, and only while somebody listens. A hint may
 * come late or twice: listeners read again, they never conclude.
 */
import type { Engine } from './engine.ts'

/** `size` is the number of entries of the tenant's log. */
export type Change = { readonly tenant: string; readonly size: number }

export type Changes = {
  /** Answers the function that ends the subscription. */
  readonly subscribe: (listener: (change: Change) => void) => () => void
}

/** Half of what a person notices; one query per node and second costs the database nothing. */
const POLL_MS = 1_000

export type ChangeSource = Changes & {
  readonly tell: (change: Change) => void
  readonly close: () => void
}

export function createChanges(engine: Engine): ChangeSource {
  const listeners = new Set<(change: Change) => void>()
  const sizes = new Map<string, number>()
  let timer: NodeJS.Timeout | undefined

  const tell = (change: Change): void => {
    if ((sizes.get(change.tenant) ?? -1) >= change.size) return
    sizes.set(change.tenant, change.size)
    for (const listener of listeners) tellOne(listener, change)
  }
  const poll = async (): Promise<void> => {
    const heads = await engine
      .directory()
      .selectFrom('log_head')
      .select(['tenant', 'size'])
      .execute()
    for (const head of heads) tell(head)
  }
  const stopPolling = (): void => {
    clearInterval(timer)
    timer = undefined
  }
  const startPolling = (): void => {
    if (!engine.isShared || timer !== undefined) return
    // An unreachable database fails the next commit or read, which says so; a missed hint needs no alarm.
    timer = setInterval(() => void poll().catch(() => undefined), POLL_MS)
    timer.unref()
  }
  return {
    tell,
    close: stopPolling,
    subscribe: (listener) => {
      listeners.add(listener)
      startPolling()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) stopPolling()
      }
    },
  }
}

/** A listener that throws must not make a durable commit look failed. */
function tellOne(listener: (change: Change) => void, change: Change): void {
  try {
    listener(change)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}
