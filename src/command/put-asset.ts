/**
 * What the inventory says about one thing: how critical, where, whether it may be touched at all. Replaces
 * what was known. Names go to a payload; an entry says how critical and whether never-touch, for both the
 * raising and the lowering.
 */
import type { Asset, AssetStore } from '../case/asset.ts'
import { isOvertaken } from '../kernel/clock.ts'
import type { Work } from '../kernel/commit.ts'
import type { Receipt } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { CommandBase, Doer } from './base.ts'
import { actorOf, commitUnchanged, draft, jsonPayload } from './base.ts'
import { requireLabel, requireLabels, requireLine, requireWhole, requireWord } from './input.ts'
import { requirePermission } from './permissions.ts'

export type PutAssetInput = {
  readonly tenant: string
  readonly by: Doer
  readonly kind: string
  readonly name: string
  /** 0 (a lab toy) to 5 (the business stops). */
  readonly criticality: number
  readonly environment: Asset['environment']
  readonly isNeverTouch: boolean
  readonly labels: readonly string[]
  readonly source: string
}

export const ENVIRONMENTS = ['production', 'staging', 'lab', 'unknown'] as const

/** Throws `not_permitted`, `request_invalid`, `facts_changed`. The name is kept in lower case. */
export async function putAsset(
  deps: CommandBase & { readonly assets: AssetStore },
  input: PutAssetInput,
): Promise<{ readonly asset: Asset; readonly isNew: boolean; readonly receipt: Receipt }> {
  requirePermission(input.by, 'asset.put')
  const source = requireLabel('source', input.source)
  const read = readRow(deps.nowMs(), input)
  const prepare = async (): Promise<Work<{ asset: Asset; isNew: boolean }>> => {
    const before = await deps.assets.byName(input.tenant, read.kind, read.name)
    if (before !== undefined && isOvertaken(before.observedAtMs, read.observedAtMs, deps.nowMs())) {
      throw new Failure('conflict', 'a newer report of this asset is known')
    }
    const asset: Asset = {
      tenant: input.tenant,
      id: before?.id ?? deps.nextId(),
      revision: before?.revision ?? 0,
      ...read,
    }
    return async (tx) => {
      await deps.assets.put(tx, asset)
      return {
        value: { asset, isNew: before === undefined },
        entries: [entryOf(deps, input, asset, source)],
      }
    }
  }
  const key = `asset/${read.kind}/${read.name}`
  const committed = await commitUnchanged(deps, input.tenant, [key], prepare)
  return { ...committed.value, receipt: committed.receipts[0] }
}

function readRow(nowMs: number, input: PutAssetInput): Omit<Asset, 'tenant' | 'id' | 'revision'> {
  return {
    kind: requireLabel('kind', input.kind),
    name: requireLine('name', input.name, 255).toLowerCase(),
    criticality: requireWhole('criticality', input.criticality, 0, 5),
    environment: requireWord('environment', input.environment, ENVIRONMENTS),
    isNeverTouch: input.isNeverTouch,
    labels: requireLabels('labels', input.labels, 50),
    observedAtMs: nowMs,
  }
}

function entryOf(deps: CommandBase, input: PutAssetInput, asset: Asset, source: string) {
  const { kind, name, criticality, environment, isNeverTouch, labels } = asset
  return draft(deps, 'asset.changed', actorOf(input.by), {
    data: { asset: asset.id, kind, criticality, never_touch: isNeverTouch, source },
    payloads: { asset: jsonPayload({ name, environment, labels }, 'operational') },
  })
}
