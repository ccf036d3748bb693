/**
 * Looks after the leases of calls that are out. A commit is the hint; looking is one query for all of them, a
 * moment later, so that a thousand calls and a thousand commits make ten looks a second and a call that is back
 * by then none.
 */
import type { Halts } from '../enforcement/ports.ts'

type Subscribe = (listener: (change: { readonly tenant: string }) => void) => () => void
type RevokedAmong = (tenant: string, ids: readonly string[]) => Promise<readonly string[]>

/** Most reads are back by then; the rest of the two seconds a stop has is for other nodes to hear of it. */
const GLANCE_MS = 100

type Watched = { readonly tenant: string; readonly halt: AbortController }

export function createHalts(subscribe: Subscribe, revokedAmong: RevokedAmong): Halts {
  const out = new Map<string, Watched>()
  let timer: NodeJS.Timeout | undefined
  let unsubscribe: (() => void) | undefined

  const look = async (): Promise<void> => {
    const byTenant = Map.groupBy(out, ([, { tenant }]) => tenant)
    for (const [tenant, watched] of byTenant) {
      const revoked = await revokedAmong(
        tenant,
        watched.map(([id]) => id),
      )
      for (const id of revoked) out.get(id)?.halt.abort()
    }
  }
  const lookSoon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      // While the store cannot be read nobody knows what is revoked: looked at again until it can.
      look().catch(() => {
        if (out.size > 0) lookSoon()
      })
    }, GLANCE_MS)
  }
  const end = (id: string): void => {
    out.delete(id)
    if (out.size > 0) return
    clearTimeout(timer)
    timer = undefined
    unsubscribe?.()
    unsubscribe = undefined
  }
  return {
    watch: ({ tenant, id }) => {
      const halt = new AbortController()
      out.set(id, { tenant, halt })
      unsubscribe ??= subscribe(lookSoon)
      // It may have been revoked between its dispatch and here.
      lookSoon()
      return { signal: halt.signal, end: () => end(id) }
    },
  }
}
