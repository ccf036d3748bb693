/**
 * Standard base64 (RFC 4648 section 4) with exactly one spelling per byte string: padding present, unused
 * bits zero, no white space. Signed and exported text relies on it: where two spellings would decode to
 * the same bytes, a changed character could go unnoticed.
 */

export function encodeBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
}

/** The bytes of a canonical base64 text, or undefined when it is anything else. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const bytes = Buffer.from(text, 'base64')
  return bytes.toString('base64') === text ? new Uint8Array(bytes) : undefined
}

/** Exactly `length` bytes from canonical base64, or undefined. */
export function decodeBase64Exactly(text: string, length: number): Uint8Array | undefined {
  const bytes = decodeBase64(text)
  return bytes?.length === length ? bytes : undefined
}

export function encodeHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex')
}

/** The bytes of lower case hex, or undefined when it is anything else. */
export function decodeHex(text: string): Uint8Array | undefined {
  if (text.length % 2 !== 0 || !/^[0-9a-f]*$/.test(text)) return undefined
  return new Uint8Array(Buffer.from(text, 'hex'))
}
