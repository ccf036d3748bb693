/** The shards of one loaded bundle: made on first use, shared where two leaves need the same policies. */
import type { Effect } from '../catalogue/tool.ts'
import type { Digest } from '../kernel/digest.ts'
import { leafOf } from '../policy/actions.ts'
import type { PolicyTexts, Thresholds } from '../policy/bundle.ts'
import type { PolicyHead } from '../policy/policy-head.ts'
import { schemaText } from '../policy/schema.ts'
import { shardDigestOf, shardOf } from '../policy/shard.ts'
import type { Shard } from './cedar-host.ts'
import type { ShardPool } from './cedar-shard-pool.ts'

export type DigestedShard = { readonly shard: Shard; readonly digest: Digest }

export function createShards(
  pool: ShardPool,
  texts: PolicyTexts,
  heads: readonly PolicyHead[],
  thresholds: Thresholds,
): (action: string, effect: Effect) => DigestedShard {
  const scopes = new Map(heads.map((head) => [head.id, head.actions]))
  const byLeaf = new Map<string, DigestedShard>()
  return (action, effect) => {
    const leaf = leafOf(action, effect)
    const known = byLeaf.get(leaf)
    if (known !== undefined) return known
    const ids = shardOf(scopes, action, effect)
    const chosen = Object.fromEntries(ids.map((id) => [id, texts[id] ?? '']))
    const shard = pool(chosen, schemaText([{ action, effect }]))
    const digest = shardDigestOf(chosen, shard.schema.text, thresholds)
    const made = { shard, digest }
    byLeaf.set(leaf, made)
    return made
  }
}
