/**
 * Challenges for logging in and enrolling, without a row: anybody may ask for one, and nothing may be written for a
 * stranger. 16 random bytes, the end, and an HMAC over both with use and subject; 56 bytes, so it can never be taken
 * for an action digest, which has 32. That each is answered once is for the store.
 *
 * Trust: who has the key can make challenges; answering them still needs the person's device.
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Challenges } from '../identity/passkey.ts'
import type { Clock } from '../kernel/clock.ts'

const NONCE_BYTES = 16
const TIME_BYTES = 8
const HEAD_BYTES = NONCE_BYTES + TIME_BYTES

/** As long as an authenticator may take, and a little. */
const LIFETIME_MS = 5 * 60_000

export function createChallenges(key: Uint8Array, clock: Clock): Challenges {
  const mark = (head: Uint8Array, use: string, subject: string): Buffer =>
    createHmac('sha256', key).update(head).update(`${use}\n${subject}`).digest()
  return {
    issue: (use, subject) => {
      const head = Buffer.concat([randomBytes(NONCE_BYTES), Buffer.alloc(TIME_BYTES)])
      head.writeBigUInt64BE(BigInt(clock.nowMs() + LIFETIME_MS), NONCE_BYTES)
      return Buffer.concat([head, mark(head, use, subject)]).toString('base64url')
    },
    isOurs: (challenge, use, subject) => {
      const bytes = Buffer.from(challenge, 'base64url')
      const head = bytes.subarray(0, HEAD_BYTES)
      const wanted = mark(head, use, subject)
      if (bytes.length !== HEAD_BYTES + wanted.length) return false
      if (!timingSafeEqual(bytes.subarray(HEAD_BYTES), wanted)) return false
      return head.readBigUInt64BE(NONCE_BYTES) > BigInt(clock.nowMs())
    },
  }
}
