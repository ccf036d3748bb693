/**
 * The keys of one installation, made on first start and kept in files only their owner can read.
 *
 * Trust: who can read them can sign as this log, mint task tokens and open every payload; who can delete
 * `payload.kek` erases every payload. Keep them apart from backups of the database.
 */
import {
  createPrivateKey,
  createSecretKey,
  generateKeyPairSync,
  hkdfSync,
  randomBytes,
  randomUUID,
} from 'node:crypto'
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { Failure } from '../kernel/failure.ts'
import type { KeyWrap } from '../ledger/ports.ts'
import { NONCE_BYTES, unwrapKey, wrapKey } from '../ledger/seal.ts'

const SEED_BYTES = 32
/** Group and others. */
const FOREIGN_BITS = 0o077

export type InstallationKeys = {
  /** Ed25519 seed of the log signer. */
  readonly logSeed: Uint8Array
  readonly keyWrap: KeyWrap
  /** Marks challenges of passkeys as ours. Derived, so that nodes with the same keys know each other's. */
  readonly challengeKey: Uint8Array
  /** Private P-256 JWK that signs task tokens. */
  readonly tokenJwk: Readonly<Record<string, unknown>>
  /** Tells this node from others on the same database; no secret. */
  readonly node: string
}

/** Reads the keys, making those that are missing. Throws `config_invalid` for a file others can read. */
export function openKeys(dataDir: string): InstallationKeys {
  const directory = join(dataDir, 'keys')
  mkdirSync(directory, { recursive: true, mode: 0o700 })
  const logSeed = secret(join(directory, 'log-signer.seed'), () => randomBytes(SEED_BYTES))
  const kek = secret(join(directory, 'payload.kek'), () => randomBytes(SEED_BYTES))
  const token = secret(join(directory, 'task-token.jwk'), newTokenKey)
  // Beside the keys, not among them: another node is given a copy of the keys and must not be this one.
  const node = secret(join(dataDir, 'node-id'), () => Buffer.from(randomUUID()))
  if (logSeed.length !== SEED_BYTES || kek.length !== SEED_BYTES) {
    throw new Failure('config_invalid', `a key file in ${directory} has the wrong length`)
  }
  const wrapping = createSecretKey(kek)
  return {
    logSeed,
    challengeKey: new Uint8Array(
      hkdfSync('sha256', kek, '', 'countersign-challenge-v1', SEED_BYTES),
    ),
    keyWrap: {
      wrap: (key, place) => wrapKey(wrapping, place, key, randomBytes(NONCE_BYTES)),
      unwrap: (wrapped, place) => unwrapKey(wrapping, place, wrapped),
    },
    node: Buffer.from(node).toString('utf8'),
    tokenJwk: JSON.parse(Buffer.from(token).toString('utf8')),
  }
}

function secret(path: string, make: () => Uint8Array): Uint8Array {
  if (!existsSync(path)) makeWhole(path, make())
  if ((statSync(path).mode & FOREIGN_BITS) !== 0) {
    throw new Failure('config_invalid', `${path} must be readable by its owner only (chmod 600)`)
  }
  return readFileSync(path)
}

/** A crash in between leaves no key or a whole one: half a key would be taken for the installation's own. */
function makeWhole(path: string, bytes: Uint8Array): void {
  const made = `${path}.${randomUUID()}`
  writeFileSync(made, bytes, { mode: 0o600, flag: 'wx', flush: true })
  chmodSync(made, 0o600)
  try {
    // link(2) never replaces: of two processes starting at once, one makes the key and the other fails loudly.
    linkSync(made, path)
  } finally {
    rmSync(made)
  }
  // The name is durable only when its directory is.
  const directory = openSync(dirname(path), 'r')
  fsyncSync(directory)
  closeSync(directory)
}

function newTokenKey(): Uint8Array {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return Buffer.from(
    JSON.stringify(
      createPrivateKey(privateKey.export({ type: 'pkcs8', format: 'pem' })).export({
        format: 'jwk',
      }),
    ),
  )
}
