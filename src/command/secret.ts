/** Secrets that are shown once and stored as a hash: API tokens, login links, sessions. */
import { sha256 } from '../kernel/digest.ts'
import type { Randomness } from '../kernel/ids.ts'

/** The prefix and 32 random bytes in base64url: 256 bits cannot be guessed, so the stored hash needs no salt. */
export function newSecret(prefix: string, random: Randomness): string {
  const text = btoa(String.fromCharCode(...random(32)))
  return prefix + text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}

/** SHA-256 (hex) of a secret, as the store keeps it. */
export function secretHash(secret: string): string {
  const bytes = sha256(new TextEncoder().encode(secret))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
