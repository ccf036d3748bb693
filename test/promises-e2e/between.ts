/** Ways for a test to stand between two steps of a call, where another node or a person might. */
import type { Frame } from '../../src/enforcement/upstream.ts'
import type { DispatchSlot } from '../../src/kernel/dispatch-slot.ts'
import type { Plane } from '../harness/plane.ts'

/** Does something after the decision and before its commit, once. */
export function beforeNextCommit(plane: Plane, act: () => Promise<unknown>): void {
  const { spine } = plane.gateway.parts
  const { commit } = spine
  const acting: typeof commit = async (...args) => {
    Object.assign(spine, { commit })
    await act()
    return commit(...args)
  }
  Object.assign(spine, { commit: acting })
}

/** Does something after the facts were read and before they are decided on, once. */
export function afterNextFacts(plane: Plane, act: () => Promise<unknown>): void {
  const { spine } = plane.gateway.parts
  const { bundleAt } = spine
  const acting: typeof bundleAt = async (...args) => {
    Object.assign(spine, { bundleAt })
    await act()
    return bundleAt(...args)
  }
  Object.assign(spine, { bundleAt: acting })
}

export type AtTheDoor = {
  /** Resolves when so many calls are dispatched and wait to be sent. */
  readonly waiting: (count: number) => Promise<void>
  /** Lets all of them out, and later ones pass. */
  readonly open: () => void
}

/** Holds calls that were dispatched, with their leases live, just before they are sent. */
export function holdAtTheDoor(plane: Plane): AtTheDoor {
  const { spine } = plane.gateway.parts
  const { exchange } = spine
  const opened = Promise.withResolvers<void>()
  const arrivals: (() => void)[] = []
  let count = 0
  const waiting: typeof exchange = async (...args) => {
    count += 1
    for (const tell of arrivals) tell()
    await opened.promise
    return exchange(...args)
  }
  Object.assign(spine, { exchange: waiting })
  return {
    waiting: (wanted) =>
      new Promise((done) => {
        const look = () => {
          if (count >= wanted) done()
        }
        arrivals.push(look)
        look()
      }),
    open: () => {
      Object.assign(spine, { exchange })
      opened.resolve()
    },
  }
}

export type Sent = { readonly slot: DispatchSlot; readonly frame: Frame }

/** Takes down with what right the next call was sent, and lets it pass. */
export function watchNextExchange(plane: Plane): () => Sent {
  const { spine } = plane.gateway.parts
  const { exchange } = spine
  let sent: Sent | undefined
  const watching: typeof exchange = async (...args) => {
    Object.assign(spine, { exchange })
    sent = { slot: args[0], frame: args[1] }
    return exchange(...args)
  }
  Object.assign(spine, { exchange: watching })
  return () => {
    if (sent === undefined) throw new Error('nothing was sent')
    return sent
  }
}
