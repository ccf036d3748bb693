/**
 * Single values at rest: each under a random key of its own, which lies before it, wrapped by the key-encryption
 * key. Both are bound to the row they stand in, so a value moved to another row does not open.
 */
import type { Randomness } from '../kernel/ids.ts'
import type { KeyWrap } from '../ledger/ports.ts'
import { DATA_KEY_BYTES, type KeyPlace, NONCE_BYTES, openValue, sealValue } from '../ledger/seal.ts'

export type ValueSealing = { readonly keyWrap: KeyWrap; readonly random: Randomness }

/** Of a wrapped key: version, nonce, key, tag. */
const WRAPPED_BYTES = 1 + NONCE_BYTES + DATA_KEY_BYTES + 16

export function sealedValue(
  { keyWrap, random }: ValueSealing,
  place: KeyPlace,
  value: Uint8Array,
): Uint8Array {
  const key = random(DATA_KEY_BYTES)
  const wrapped = keyWrap.wrap(key, place)
  return Buffer.concat([wrapped, sealValue(key, place, value, random(NONCE_BYTES))])
}

/** Throws `payload_unreadable` for another key, another row or a changed byte. */
export function openedValue(
  { keyWrap }: Pick<ValueSealing, 'keyWrap'>,
  place: KeyPlace,
  sealed: Uint8Array,
): Uint8Array {
  const key = keyWrap.unwrap(sealed.subarray(0, WRAPPED_BYTES), place)
  return openValue(key, place, sealed.subarray(WRAPPED_BYTES))
}
