/**
 * Shards by content: whoever asks for the same policies and the same schema gets the same object, whichever bundle
 * they are in. What the host has prepared for it, what it remembers and what it holds against it then count for every
 * bundle that has it, so that publishing one more action prepares one more shard and no other again.
 */
import type { PolicyTexts } from '../policy/bundle.ts'
import type { PreparedPolicies, PreparedSchema, Shard } from './cedar-host.ts'

export type ShardPool = (texts: PolicyTexts, schema: string) => Shard

/**
 * Ten times the leaves of the shipped pack. A pool that is too small costs time and nothing else: a shard that lost
 * its slot goes on deciding, because the host fills a slot again that holds something else by now.
 */
const MOST_SLOTS = 512

/** One pool for one host: it names the slots of that host's instance. */
export function createShardPool(mostSlots: number = MOST_SLOTS): ShardPool {
  const policiesOf = inSlots(mostSlots, (slot, texts: PolicyTexts): PreparedPolicies => {
    return { slot: `policies/${slot}`, texts }
  })
  const schemaOf = inSlots(mostSlots, (slot, text: string): PreparedSchema => {
    return { slot: `schema/${slot}`, text }
  })
  const shards = new WeakMap<PreparedPolicies, WeakMap<PreparedSchema, Shard>>()
  return (texts, text) => {
    const policies = policiesOf(texts)
    const schema = schemaOf(text)
    const known = shards.get(policies) ?? new WeakMap<PreparedSchema, Shard>()
    shards.set(policies, known)
    const shard = known.get(schema) ?? { policies, schema }
    known.set(schema, shard)
    return shard
  }
}

/** Makes each content once. When all slots are taken, the content that was asked for longest ago gives up its own. */
function inSlots<C, P>(mostSlots: number, make: (slot: number, content: C) => P) {
  const bySlot = new Map<string, { readonly slot: number; readonly made: P }>()
  return (content: C): P => {
    const key = JSON.stringify(content)
    const known = bySlot.get(key)
    bySlot.delete(key)
    let slot = bySlot.size
    if (known === undefined && slot >= mostSlots) {
      const [oldest] = bySlot
      if (oldest !== undefined) {
        bySlot.delete(oldest[0])
        slot = oldest[1].slot
      }
    }
    const kept = known ?? { slot, made: make(slot, content) }
    bySlot.set(key, kept)
    return kept.made
  }
}
