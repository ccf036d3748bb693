/** The policy side of one installation: the engine, its active bundles, and the two ways to check a bundle. */
import type { ToolStore } from '../catalogue/ports.ts'
import type { Effect } from '../catalogue/tool.ts'
import type { RevisionStore } from '../facts/ports.ts'
import { mayApproveInChat } from '../policy/chat.ts'
import type { BundleStore } from '../policy/store.ts'
import { createBundleCache } from './bundle-cache.ts'
import { createBundleCheck, type Inspect, inspectApart, inspectHere } from './bundle-check.ts'
import { engineOfFloor } from './engine-of-floor.ts'
import { readPolicyTestFiles, readPolicyTexts } from './policy-files.ts'

type Stores = {
  readonly bundles: BundleStore
  readonly revisions: RevisionStore
  readonly tools: ToolStore
}

type Directories = { readonly floorDir: string; readonly policyDir: string }

/** `checkBundle` is for what people write, `checkKnown` for what was shipped or published before. */
export function openPolicy(
  { floorDir, policyDir }: Directories,
  { bundles, revisions, tools }: Stores,
) {
  const floor = readPolicyTexts(floorDir)
  const cedar = engineOfFloor(floor)
  const checkWith = (inspect: Inspect) => createBundleCheck(cedar, floor, tools, inspect)
  const cache = createBundleCache(cedar, bundles, revisions)
  return {
    floor,
    cache,
    mayApproveInChat: async (tenant: string, action: string, effect: string) => {
      const loaded = await cache.now(tenant)
      return loaded !== undefined && mayApproveInChat(loaded.thresholds, action, effect as Effect)
    },
    roleLimits: async (tenant: string) => (await cache.now(tenant))?.bundle.limits ?? [],
    tableTests: () => readPolicyTestFiles(policyDir),
    checkBundle: checkWith(inspectApart(floor)),
    checkKnown: checkWith(inspectHere(cedar)),
  }
}
