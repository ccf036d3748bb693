/** The shards of one loaded bundle: made on first use, shared where two leaves need the same policies. */
import type { Effect } from '../catalogue/tool.ts'
import type { Digest } from '../kernel/digest.ts'
import { leafOf } from '../policy/actions.ts'
import type { PolicyTexts, Thresholds } from '../policy/bundle.ts'
import type { PolicyHead } from '../policy/policy-head.ts'
import { schemaText } from '../policy/schema.ts'
import { shardDigestOf, shardOf } from '../policy/shard.ts'
import type { PreparedPolicies, Shard } from './cedar-host.ts'

export type DigestedShard = { readonly shard: Shard; readonly digest: Digest }

/** `prefix` starts every slot name, so that a bundle never writes into another's slots. */
export function createShards(
  prefix: string,
  texts: PolicyTexts,
  heads: readonly PolicyHead[],
  thresholds: Thresholds,
): (action: string, effect: Effect) => DigestedShard {
  const scopes = new Map(heads.map((head) => [head.id, head.actions]))
  const byLeaf = new Map<string, DigestedShard>()
  const byIds = new Map<string, PreparedPolicies>()
  return (action, effect) => {
    const leaf = leafOf(action, effect)
    const known = byLeaf.get(leaf)
    if (known !== undefined) return known
    const ids = shardOf(scopes, action, effect)
    const key = ids.join(' ')
    let policies = byIds.get(key)
    if (policies === undefined) {
      const chosen = Object.fromEntries(ids.map((id) => [id, texts[id] ?? '']))
      policies = { slot: `${prefix}/policies/${byIds.size}`, texts: chosen }
      byIds.set(key, policies)
    }
    const schema = {
      slot: `${prefix}/schema/${byLeaf.size}`,
      text: schemaText([{ action, effect }]),
    }
    const made: DigestedShard = {
      shard: { policies, schema },
      digest: shardDigestOf(policies.texts, schema.text, thresholds),
    }
    byLeaf.set(leaf, made)
    return made
  }
}
