import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  commitmentDigest,
  commitTo,
  opensCommitment,
  roundedLength,
} from '../../src/ledger/commitment.ts'
import type { KeyPlace, PayloadPlace } from '../../src/ledger/seal.ts'
import { openPayload, sealPayload, unwrapKey, wrapKey } from '../../src/ledger/seal.ts'

const SALT = new Uint8Array(32).fill(1)
const KEY = new Uint8Array(32).fill(2)
const NONCE = new Uint8Array(12).fill(3)
const PLACE: PayloadPlace = { tenant: 'main', caseId: 'case', entryId: 'entry', field: 'arguments' }
const KEY_PLACE: KeyPlace = { tenant: 'main', caseId: 'case', dataClass: 'personal', keyId: 'key' }
const PAYLOAD = new TextEncoder().encode('{"user":"alice"}')
const UNREADABLE = expect.objectContaining({ code: 'payload_unreadable' })

describe('a commitment', () => {
  it('is SHA-256 over prefix line, salt and payload, checkable with cat and sha256sum', () => {
    const byHand = createHash('sha256')
      .update('countersign-commit-v1\n')
      .update(SALT)
      .update(PAYLOAD)
      .digest('hex')
    expect(commitmentDigest(SALT, PAYLOAD)).toBe(byHand)
    expect(commitmentDigest(SALT, PAYLOAD)).toBe(
      'c190297081f0f097d487e8f9132a1a60d3c652b727abccca18192a6d01e16c3a',
    )
  })

  it('opens with its own salt and payload and with nothing else', () => {
    const commit = commitTo(SALT, {
      bytes: PAYLOAD,
      mediaType: 'application/json',
      dataClass: 'personal',
    })
    expect(opensCommitment(commit, SALT, PAYLOAD)).toBe(true)
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 40 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (bytes, salt) => {
          expect(opensCommitment(commit, salt, bytes)).toBe(false)
        },
      ),
    )
    // Moving the border between salt and payload keeps the hashed bytes and must not open.
    const whole = new Uint8Array([...SALT, ...PAYLOAD])
    expect(opensCommitment(commit, whole.slice(0, 33), whole.slice(33))).toBe(false)
    expect(opensCommitment({ ...commit, len: 512 }, SALT, PAYLOAD)).toBe(false)
    expect(() => commitmentDigest(new Uint8Array(31), PAYLOAD)).toThrow()
  })

  it('shows the length only as a power of two from 256 up', () => {
    const lengths = [0, 1, 256, 257, 512, 513, 100_000].map(roundedLength)
    expect(lengths).toEqual([256, 256, 256, 512, 512, 1024, 131_072])
  })
})

describe('an envelope', () => {
  const envelope = sealPayload(KEY, PLACE, SALT, PAYLOAD, NONCE)

  it('gives salt and payload back to its key and place', () => {
    expect(openPayload(KEY, PLACE, envelope)).toEqual({ salt: SALT, payload: PAYLOAD })
    expect(Buffer.from(envelope).includes('alice')).toBe(false)
    const outsideCase = { tenant: 'main', entryId: 'entry', field: 'arguments' }
    const other = sealPayload(KEY, outsideCase, SALT, new Uint8Array(0), NONCE)
    expect(openPayload(KEY, outsideCase, other).payload).toEqual(new Uint8Array(0))
  })

  it('does not open at another place, even one whose parts join to the same text', () => {
    const places: PayloadPlace[] = [
      { ...PLACE, tenant: 'other' },
      { ...PLACE, caseId: 'cas', entryId: 'eentry' },
      { ...PLACE, entryId: 'other' },
      { ...PLACE, field: 'result' },
      { ...PLACE, entryId: 'entryarg', field: 'uments' },
      { tenant: 'maincase', entryId: 'entry', field: 'arguments' },
      { tenant: 'main', entryId: 'entry', field: 'arguments' },
    ]
    for (const place of places) expect(() => openPayload(KEY, place, envelope)).toThrow(UNREADABLE)
  })

  it('does not open at a place whose parts hold the separator of another', () => {
    const [one, two] = [
      { ...PLACE, tenant: 'a\0\0\0\0b', caseId: 'c' },
      { ...PLACE, tenant: 'a', caseId: 'b\0\0\0\0c' },
    ]
    expect(() => openPayload(KEY, two, sealPayload(KEY, one, SALT, PAYLOAD, NONCE))).toThrow(
      UNREADABLE,
    )
  })

  it('does not open with another key or with any byte changed or cut', () => {
    expect(() => openPayload(new Uint8Array(32), PLACE, envelope)).toThrow(UNREADABLE)
    for (let at = 0; at < envelope.length; at++) {
      const changed = envelope.slice()
      changed[at] = (changed[at] ?? 0) ^ 1
      expect(() => openPayload(KEY, PLACE, changed), `byte ${at}`).toThrow(UNREADABLE)
      expect(() => openPayload(KEY, PLACE, envelope.slice(0, at))).toThrow(UNREADABLE)
    }
  })

  it('is not a wrapped key, and a wrapped key opens only where it belongs', () => {
    const wrapped = wrapKey(KEY, KEY_PLACE, SALT, NONCE)
    expect(unwrapKey(KEY, KEY_PLACE, wrapped)).toEqual(SALT)
    expect(() => unwrapKey(KEY, { ...KEY_PLACE, dataClass: 'operational' }, wrapped)).toThrow(
      UNREADABLE,
    )
    expect(() => unwrapKey(KEY, { ...KEY_PLACE, keyId: 'other' }, wrapped)).toThrow(UNREADABLE)
    expect(() => unwrapKey(KEY, { ...KEY_PLACE, caseId: 'other' }, wrapped)).toThrow(UNREADABLE)
    const mimic: PayloadPlace = {
      tenant: 'main',
      caseId: 'case',
      entryId: 'personal',
      field: 'key',
    }
    expect(() => openPayload(KEY, mimic, wrapped)).toThrow(UNREADABLE)
  })
})
