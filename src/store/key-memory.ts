/**
 * Data keys that were unwrapped a moment ago. Every commit seals payloads, nearly always under the same few keys, and
 * unwrapping one costs as much as sealing three. The row of a key is still read, and locked against destruction, each
 * time: a key that was destroyed has no row to be found by.
 */
import type { KeyObject } from 'node:crypto'
import type { KeyWrap } from '../ledger/ports.ts'
import { keyOf } from '../ledger/seal.ts'

export type RememberingWrap = Pick<KeyWrap, 'wrap'> & {
  /** As an object, which is made once and not for each payload. Throws `payload_unreadable`. */
  readonly unwrap: (...wrapped: Parameters<KeyWrap['unwrap']>) => KeyObject
  /** When keys are destroyed. One that somebody opens a payload with in that very moment is gone within a minute. */
  readonly forget: () => void
}

/** What another node destroyed is gone from this one's memory after that. */
const KEPT_MS = 60_000
/** A few classes for each case at work. */
const MOST_KEYS = 64

type Known = { readonly wrapped: Uint8Array; readonly key: KeyObject; readonly untilMs: number }

export function rememberKeys(inner: KeyWrap, nowMs: () => number): RememberingWrap {
  let known = new Map<string, Known>()
  return {
    wrap: inner.wrap,
    unwrap: (wrapped, place) => {
      const at = JSON.stringify([place.tenant, place.caseId, place.dataClass, place.keyId])
      const found = known.get(at)
      const now = nowMs()
      if (found !== undefined && found.untilMs > now && isSame(found.wrapped, wrapped)) {
        return found.key
      }
      const key = keyOf(inner.unwrap(wrapped, place))
      known = new Map([...known].filter(([, one]) => one.untilMs > now).slice(1 - MOST_KEYS))
      known.set(at, { wrapped, key, untilMs: now + KEPT_MS })
      return key
    },
    forget: () => known.clear(),
  }
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
