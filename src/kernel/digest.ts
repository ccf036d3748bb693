/**
 * SHA-256 with a purpose. Every digest the product compares or signs starts from a domain line, so that
 * bytes hashed for one purpose can never stand for another. The ledger's leaf and node hashes have their
 * own prefixes (RFC 6962 section 2.1) and live in ledger/.
 */
import { hash } from 'node:crypto'

/** `sha256:` and 64 lower case hex digits. */
export type Digest = string

const DIGEST = /^sha256:[0-9a-f]{64}$/

export function isDigest(text: string): boolean {
  return DIGEST.test(text)
}

/** SHA-256 of exactly these bytes, as 32 bytes. */
export function sha256(bytes: Uint8Array): Uint8Array {
  const digest = hash('sha256', bytes, 'buffer')
  // A plain array, because `slice` of a Buffer shares memory and `slice` of a Uint8Array copies.
  return new Uint8Array(digest.buffer, digest.byteOffset, digest.length)
}

/** What a digest is for; the first line of what is hashed. */
export type DigestPurpose =
  | 'countersign-arguments-v1'
  | 'countersign-frame-v1'
  | 'countersign-lease-v1'
  | 'countersign-call-v1'
  | 'countersign-action-v1'
  | 'countersign-again-v1'
  | 'countersign-group-v1'
  | 'countersign-plan-v1'
  | 'countersign-standing-v1'
  | 'countersign-target-v1'
  | 'countersign-tool-v1'
  | 'countersign-catalogue-v1'
  | 'countersign-rule-v1'
  | 'countersign-bundle-v1'
  | 'countersign-evidence-v1'
  | 'countersign-token-v1'
  | 'countersign-facts-v1'
  | 'countersign-config-v1'
  | 'countersign-export-v1'
  | 'countersign-rota-v1'
  | 'countersign-passkey-v1'
  | 'countersign-chat-v1'
  | 'countersign-change-v1'

/** The same over the UTF-8 bytes of a text. */
export function digestOfText(purpose: DigestPurpose, text: string): Digest {
  return `sha256:${hash('sha256', `${purpose}\n${text}`, 'hex')}`
}

/** SHA-256 over the purpose line and the bytes. Checkable with `(printf 'purpose\n'; cat bytes) | sha256sum`. */
export function digestOf(purpose: DigestPurpose, bytes: Uint8Array): Digest {
  const line = new TextEncoder().encode(`${purpose}\n`)
  const input = new Uint8Array(line.length + bytes.length)
  input.set(line)
  input.set(bytes, line.length)
  return `sha256:${hash('sha256', input, 'hex')}`
}
