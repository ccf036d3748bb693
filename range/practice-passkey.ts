/**
 * An authenticator made of software, for practice and tests: what it answers is what a real one answers (WebAuthn
 * level 3, attestation `none`), but its key is a file and nobody's finger is asked. It says so itself: the key may
 * leave its device, and its AAGUID is zero.
 */
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** Private key as JWK; whoever can read it can sign as this key. */
export type PracticeKey = {
  readonly credential: string
  readonly privateKey: Readonly<Record<string, string>>
}

/** Where it is asked to sign: the origin of the page, and the rp id its keys are for. */
export type Place = { readonly origin: string; readonly rpId: string }

/** What a broken or foreign authenticator would do otherwise. */
export type Oddity = {
  readonly flags?: number
  readonly signCount?: number
  /** COSE number the key claims. */
  readonly algorithm?: number
  readonly type?: string
  readonly crossOrigin?: boolean
}

const UP = 0x01
const UV = 0x04
const BACKUP_ELIGIBLE = 0x08
const ATTESTED = 0x40
const ES256 = -7

export function makePracticeKey(): PracticeKey {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    credential: randomBytes(16).toString('base64url'),
    privateKey: privateKey.export({ format: 'jwk' }) as Record<string, string>,
  }
}

export function placeOf(baseUrl: string): Place {
  const { origin, hostname } = new URL(baseUrl)
  return { origin, rpId: hostname }
}

/** What `credential.toJSON()` gives after `navigator.credentials.create`. `challenge` is base64url. */
export function enrol(key: PracticeKey, challenge: string, place: Place, oddity: Oddity = {}) {
  const clientData = clientDataOf('webauthn.create', challenge, place, oddity)
  const id = Buffer.from(key.credential, 'base64url')
  const length = Buffer.alloc(2)
  length.writeUInt16BE(id.length)
  const attested = Buffer.concat([Buffer.alloc(16), length, id, coseKey(key, oddity)])
  const flags = oddity.flags ?? UP | UV | BACKUP_ELIGIBLE
  const authData = Buffer.concat([authenticatorData(place, flags | ATTESTED, oddity), attested])
  const attestation = cborMap([
    [cborText('fmt'), cborText('none')],
    [cborText('attStmt'), cborMap([])],
    [cborText('authData'), cborBytes(authData)],
  ])
  return {
    id: key.credential,
    rawId: key.credential,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: clientData.toString('base64url'),
      attestationObject: attestation.toString('base64url'),
      transports: ['internal'],
    },
  }
}

/** What it gives after `navigator.credentials.get`. */
export function assert(key: PracticeKey, challenge: string, place: Place, oddity: Oddity = {}) {
  const clientData = clientDataOf('webauthn.get', challenge, place, oddity)
  const flags = oddity.flags ?? UP | UV | BACKUP_ELIGIBLE
  const authData = authenticatorData(place, flags, oddity)
  const signed = Buffer.concat([authData, createHash('sha256').update(clientData).digest()])
  const signature = sign('sha256', signed, { key: key.privateKey, format: 'jwk' })
  return {
    id: key.credential,
    rawId: key.credential,
    type: 'public-key',
    clientExtensionResults: {},
    response: {
      clientDataJSON: clientData.toString('base64url'),
      authenticatorData: authData.toString('base64url'),
      signature: signature.toString('base64url'),
    },
  }
}

/** The challenge that signs a digest `sha256:<hex>`: its 32 bytes. */
export function challengeOf(digest: string): string {
  return Buffer.from(digest.replace(/^sha256:/, ''), 'hex').toString('base64url')
}

function clientDataOf(type: string, challenge: string, { origin }: Place, oddity: Oddity): Buffer {
  const { crossOrigin = false } = oddity
  return Buffer.from(JSON.stringify({ type: oddity.type ?? type, challenge, origin, crossOrigin }))
}

/** Level 3 section 6.1: hash of the rp id, flags, counter. Always 0 when nothing is counted. */
function authenticatorData({ rpId }: Place, flags: number, { signCount = 0 }: Oddity): Buffer {
  const tail = Buffer.alloc(5)
  tail.writeUInt8(flags)
  tail.writeUInt32BE(signCount, 1)
  return Buffer.concat([createHash('sha256').update(rpId).digest(), tail])
}

/** RFC 9053 section 7.1.1: kty EC2, alg, curve P-256, x, y. */
function coseKey({ privateKey }: PracticeKey, { algorithm = ES256 }: Oddity): Buffer {
  const part = (name: 'x' | 'y') => cborBytes(Buffer.from(privateKey[name] ?? '', 'base64url'))
  return cborMap([
    [cborInteger(1), cborInteger(2)],
    [cborInteger(3), cborInteger(algorithm)],
    [cborInteger(-1), cborInteger(1)],
    [cborInteger(-2), part('x')],
    [cborInteger(-3), part('y')],
  ])
}

// The five shapes of RFC 8949 that are needed here.

function cborHead(major: number, count: number): Buffer {
  if (count < 24) return Buffer.from([(major << 5) | count])
  if (count < 0x100) return Buffer.from([(major << 5) | 24, count])
  return Buffer.from([(major << 5) | 25, count >> 8, count & 0xff])
}

function cborInteger(value: number): Buffer {
  return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value)
}

function cborBytes(bytes: Buffer): Buffer {
  return Buffer.concat([cborHead(2, bytes.length), bytes])
}

function cborText(text: string): Buffer {
  const bytes = Buffer.from(text)
  return Buffer.concat([cborHead(3, bytes.length), bytes])
}

function cborMap(members: readonly (readonly [Buffer, Buffer])[]): Buffer {
  return Buffer.concat([cborHead(5, members.length), ...members.flat()])
}
