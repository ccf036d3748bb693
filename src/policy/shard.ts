/**
 * Which policies can matter for a leaf. Cedar evaluates every policy of a set on every call, so each leaf
 * gets its own small set. The choice reads only the action constraint of a policy's head: it can keep too
 * many, never drop one that could match.
 */
import type { Effect } from '../catalogue/tool.ts'
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { Digest } from '../kernel/digest.ts'
import { ancestorsOf } from './actions.ts'
import type { PolicyTexts, Thresholds } from './bundle.ts'

/** A policy's head as far as sharding goes: the actions it names, or all of them. */
export type ActionScope = 'all' | readonly string[]

/** Ids of the policies that can match the leaf, sorted. */
export function shardOf(
  scopes: ReadonlyMap<string, ActionScope>,
  action: string,
  effect: Effect,
): readonly string[] {
  const reach = new Set(ancestorsOf(action, effect))
  const ids: string[] = []
  for (const [id, scope] of scopes) {
    if (scope === 'all' || scope.some((name) => reach.has(name))) ids.push(id)
  }
  return ids.sort()
}

/** Digest of the part of a rule that the bundle gives; the catalogue entry is added by `ruleDigestOf`. */
export function shardDigestOf(texts: PolicyTexts, schema: string, thresholds: Thresholds): Digest {
  return digestOfJson('countersign-rule-v1', { policies: texts, schema, thresholds })
}

/** Digest of everything that decides one (action, effect) of one tool (R22). */
export function ruleDigestOf(shardDigest: Digest, entryDigest: Digest): Digest {
  return digestOfJson('countersign-rule-v1', { shard: shardDigest, entry: entryDigest })
}
