/**
 * The key pair of one lease in the forms OpenSSH reads (PROTOCOL.key, RFC 8709). It is derived from the authority's
 * key and the lease, so that who asks again for a lease gets the same key; nobody without the authority's key, who
 * could sign any key of their own, can compute it. The private half never lies on a disk.
 */
import { createPrivateKey, createPublicKey, hkdfSync } from 'node:crypto'

const TYPE = 'ssh-ed25519'
const SEED_BYTES = 32
/** RFC 8410: what stands before the seed in PKCS #8. */
const PKCS8_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex')
/** The private section is padded to this without a cipher. */
const BLOCK_BYTES = 8
const LINE_CHARS = 70

export type OpensshKey = {
  /** PEM as `ssh-keygen` writes it, with its last line break: without that OpenSSH does not read it. */
  readonly privateKey: string
  /** One line, as in `id_ed25519.pub`. */
  readonly publicKey: string
}

export function keyOfLease(authorityKey: string, tenant: string, lease: string): OpensshKey {
  const purpose = `countersign-ssh-lease-v1\0${tenant}\0${lease}`
  const seed = Buffer.from(hkdfSync('sha256', authorityKey, '', purpose, SEED_BYTES))
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_PREFIX, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const jwk = createPublicKey(key).export({ format: 'jwk' })
  const point = Buffer.from(jwk.x ?? '', 'base64url')
  const blob = Buffer.concat([text(TYPE), text(point)])
  return {
    privateKey: pemOf(blob, seed, point),
    publicKey: `${TYPE} ${blob.toString('base64')}`,
  }
}

function pemOf(blob: Buffer, seed: Buffer, point: Buffer): string {
  // Two equal numbers show that the section was deciphered rightly. Nothing is enciphered here: any will do.
  const check = Buffer.concat([blob.subarray(-4), blob.subarray(-4)])
  const open = Buffer.concat([
    check,
    ...[text(TYPE), text(point), text(Buffer.concat([seed, point])), text('')],
  ])
  const missing = (BLOCK_BYTES - (open.length % BLOCK_BYTES)) % BLOCK_BYTES
  const padding = Buffer.from(Array.from({ length: missing }, (_, at) => at + 1))
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    ...[text('none'), text('none'), text('')],
    number(1),
    ...[text(blob), text(Buffer.concat([open, padding]))],
  ])
  const lines = whole.toString('base64').match(new RegExp(`.{1,${LINE_CHARS}}`, 'g')) ?? []
  const [begin, end] = ['BEGIN', 'END'].map((word) => `-----${word} OPENSSH PRIVATE KEY-----`)
  return `${[begin, ...lines, end].join('\n')}\n`
}

/** RFC 4251 section 5: a string is its length and its bytes. */
function text(value: string | Buffer): Buffer {
  const bytes = Buffer.from(value)
  return Buffer.concat([number(bytes.length), bytes])
}

function number(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
