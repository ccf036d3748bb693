/** The policy side of one installation: the engine, its active bundles, and the two ways to check a bundle. */
import type { ToolStore } from '../catalogue/ports.ts'
import type { RevisionStore } from '../facts/ports.ts'
import type { BundleStore } from '../policy/store.ts'
import { createBundleCache } from './bundle-cache.ts'
import { createBundleCheck, type Inspect, inspectApart, inspectHere } from './bundle-check.ts'
import { createCedarEngine } from './cedar-engine.ts'
import { readPolicyTexts } from './policy-files.ts'

type Stores = {
  readonly bundles: BundleStore
  readonly revisions: RevisionStore
  readonly tools: ToolStore
}

/** `checkBundle` is for what people write, `checkKnown` for what was shipped or published before. */
export function openPolicy(floorDir: string, { bundles, revisions, tools }: Stores) {
  const floor = readPolicyTexts(floorDir)
  const cedar = createCedarEngine(floor)
  const checkWith = (inspect: Inspect) => createBundleCheck(cedar, floor, tools, inspect)
  return {
    floor,
    cache: createBundleCache(cedar, bundles, revisions),
    checkBundle: checkWith(inspectApart(floor)),
    checkKnown: checkWith(inspectHere(cedar)),
  }
}
