/**
 * The active bundles of this node, loaded into the engine. Asked for by the revision of `policy` that a
 * decision saw, so that a bundle published on another node decides here from the very next call.
 */
import type { RevisionStore } from '../facts/ports.ts'
import { Failure } from '../kernel/failure.ts'
import type { ActiveBundle } from '../policy/ports.ts'
import { readBundle } from '../policy/read-bundle.ts'
import type { BundleStore } from '../policy/store.ts'
import type { CedarEngine, LoadedBundle } from './cedar-engine.ts'

export type BundleCache = {
  /** The bundle active at exactly this revision; `facts_changed` when there is a newer one by now. */
  readonly at: (tenant: string, policyRevision: number) => Promise<ActiveBundle | undefined>
  /** The bundle active now, for explaining and checking; undefined when none is. */
  readonly now: (tenant: string) => Promise<LoadedBundle | undefined>
}

type Held = { readonly revision: number; readonly loaded: LoadedBundle | undefined }

export function createBundleCache(
  engine: CedarEngine,
  bundles: BundleStore,
  revisions: RevisionStore,
): BundleCache {
  const held = new Map<string, Promise<Held>>()

  const load = async (tenant: string): Promise<Held> => {
    // Revision first: a bundle published in between makes the revision too old, never the bundle.
    const { policy: revision = 0 } = await revisions.read(tenant, ['policy'])
    const stored = await bundles.active(tenant)
    if (stored === undefined) return { revision, loaded: undefined }
    return { revision, loaded: engine.loadBundle(readBundle(stored.text)) }
  }

  const current = async (tenant: string, wanted: number): Promise<Held> => {
    const known = held.get(tenant)
    if (known !== undefined) {
      const value = await known
      if (value.revision >= wanted) return value
      if (held.get(tenant) !== known) return current(tenant, wanted)
    }
    const next = load(tenant)
    held.set(tenant, next)
    // A failed load is not remembered; until one succeeds nothing is decided.
    next.catch(() => held.delete(tenant))
    return next
  }

  return {
    at: async (tenant, policyRevision) => {
      const value = await current(tenant, policyRevision)
      if (value.revision !== policyRevision) {
        throw new Failure('facts_changed', 'a newer policy bundle was published while deciding')
      }
      return value.loaded
    },
    now: async (tenant) => {
      const { policy = 0 } = await revisions.read(tenant, ['policy'])
      return (await current(tenant, policy)).loaded
    },
  }
}
