import { expect, it } from 'vitest'
import { instantText } from '../../src/kernel/clock.ts'
import { isId, uuidV7 } from '../../src/kernel/ids.ts'

it.each([
  [0, 0x00, '00000000-0000-7000-8000-000000000000'],
  [0x0190_f3b2_7c1a, 0xff, '0190f3b2-7c1a-7fff-bfff-ffffffffffff'],
  [2 ** 48 - 1, 0x5a, 'ffffffff-ffff-7a5a-9a5a-5a5a5a5a5a5a'],
])('an id of instant %i and bytes %i is spelled as RFC 9562 says', (nowMs, byte, id) => {
  expect(uuidV7(nowMs, new Uint8Array(10).fill(byte))).toBe(id)
  expect(isId(id)).toBe(true)
})

it('an id keeps its random bytes in their order', () => {
  const bytes = Uint8Array.of(0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x10, 0x32)
  expect(uuidV7(1, bytes)).toBe('00000000-0001-7123-8567-89abcdef1032')
})

it('instants are written each as itself, whichever was written before', () => {
  const [first, second] = [0, 1_700_000_000_123]
  expect([first, second, second, first].map(instantText)).toEqual([
    '1970-01-01T00:00:00.000000Z',
    '2023-11-14T22:13:20.123000Z',
    '2023-11-14T22:13:20.123000Z',
    '1970-01-01T00:00:00.000000Z',
  ])
  expect(() => instantText(Number.NaN)).toThrow(RangeError)
})
