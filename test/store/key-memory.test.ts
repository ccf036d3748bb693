import { expect, it } from 'vitest'
import type { KeyWrap } from '../../src/ledger/ports.ts'
import { rememberKeys } from '../../src/store/key-memory.ts'

const PLACE = { tenant: 'main', caseId: 'case-1', dataClass: 'content', keyId: 'key-1' } as const
const WRAPPED = Uint8Array.of(1, 2, 3)

/** A wrap that counts, and a clock that is told. */
function counting() {
  const counted = { unwrapped: 0, nowMs: 1_000_000 }
  const inner: KeyWrap = {
    wrap: (key) => key,
    unwrap: (wrapped) => {
      counted.unwrapped++
      return wrapped.map((byte) => byte + counted.unwrapped)
    },
  }
  return { counted, keys: rememberKeys(inner, () => counted.nowMs) }
}

it('unwraps a key once in a minute', () => {
  const { counted, keys } = counting()
  const first = keys.unwrap(WRAPPED, PLACE)
  counted.nowMs += 59_999
  expect(keys.unwrap(Uint8Array.from(WRAPPED), PLACE)).toEqual(first)
  expect(counted.unwrapped).toBe(1)
  counted.nowMs += 1
  keys.unwrap(WRAPPED, PLACE)
  expect(counted.unwrapped).toBe(2)
})

it('knows no key after one was destroyed', () => {
  const { counted, keys } = counting()
  keys.unwrap(WRAPPED, PLACE)
  keys.forget()
  keys.unwrap(WRAPPED, PLACE)
  expect(counted.unwrapped).toBe(2)
})

it.each([
  ['other bytes under the same name', Uint8Array.of(1, 2, 4), PLACE],
  ['the bytes of one case in another', WRAPPED, { ...PLACE, caseId: 'case-2' }],
  ['the bytes of one class in another', WRAPPED, { ...PLACE, dataClass: 'secret' as const }],
  ['the bytes of one tenant in another', WRAPPED, { ...PLACE, tenant: 'other' }],
])('opens %s by unwrapping, which refuses what is not theirs', (_, wrapped, place) => {
  const { counted, keys } = counting()
  keys.unwrap(WRAPPED, PLACE)
  keys.unwrap(wrapped, place)
  expect(counted.unwrapped).toBe(2)
})

it('keeps the last 64 keys', () => {
  const { counted, keys } = counting()
  const keyAt = (at: number) => keys.unwrap(WRAPPED, { ...PLACE, keyId: `key-${at}` })
  for (let at = 0; at < 65; at++) keyAt(at)
  keyAt(64)
  keyAt(1)
  expect(counted.unwrapped).toBe(65)
  keyAt(0)
  expect(counted.unwrapped).toBe(66)
})
