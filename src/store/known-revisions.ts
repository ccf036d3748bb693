/**
 * Revisions this process read since they were last raised. Only where no other process can write to the database
 * (the directory's lock sees to that): every call reads some ten of them in four statements, and hardly ever is one
 * of them another than before. The dispatch commit compares with the database itself all the same.
 */

export type KnownRevisions = {
  /** Undefined: to be read. */
  readonly get: (tenant: string, key: string) => number | undefined
  /** Goes up with every forgetting; taken before a read, it says whether what was read may be learned. */
  readonly generation: () => number
  /** Keeps what was read, unless something was forgotten since `generation`: then it may be what was before. */
  readonly learn: (
    generation: number,
    tenant: string,
    revisions: Readonly<Record<string, number>>,
  ) => void
  /** Called when a transaction that raised them has ended, before anybody hears of it. */
  readonly forget: (tenant: string, keys: ReadonlySet<string>) => void
}

/** Of one tenant; a megabyte or two. Agents name assets freely, so there is a bound: beyond it all are read again. */
const MAX_KNOWN = 16_384

export function createKnownRevisions(maxKnown: number = MAX_KNOWN): KnownRevisions {
  const tenants = new Map<string, Map<string, number>>()
  let generation = 0
  return {
    get: (tenant, key) => tenants.get(tenant)?.get(key),
    generation: () => generation,
    learn: (readAt, tenant, revisions) => {
      if (readAt !== generation) return
      const known = tenants.get(tenant) ?? new Map<string, number>()
      tenants.set(tenant, known)
      for (const [key, revision] of Object.entries(revisions)) {
        if (known.size >= maxKnown) known.clear()
        known.set(key, revision)
      }
    },
    forget: (tenant, keys) => {
      if (keys.size === 0) return
      generation++
      const known = tenants.get(tenant)
      for (const key of keys) known?.delete(key)
    },
  }
}
