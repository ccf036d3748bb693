/**
 * What PostgreSQL stores of a password (RFC 5802, RFC 7677). Sent instead of the password itself: the statement that
 * creates a role can stand in a server's log, and this is of no use to who reads it there.
 */
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'

/** PostgreSQL's own default. The password has 256 random bits; stretching adds nothing. */
const ITERATIONS = 4_096
const BYTES = 32

/** `password` is ASCII: SASLprep is not done. */
export function scramVerifier(password: string, salt: Uint8Array): string {
  const salted = pbkdf2Sync(password, salt, ITERATIONS, BYTES, 'sha256')
  const keyed = (text: string) => createHmac('sha256', salted).update(text).digest()
  const stored = createHash('sha256').update(keyed('Client Key')).digest('base64')
  const server = keyed('Server Key').toString('base64')
  return `SCRAM-SHA-256$${ITERATIONS}:${Buffer.from(salt).toString('base64')}$${stored}:${server}`
}
