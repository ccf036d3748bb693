/**
 * Signs checkpoints with a key file and remembers, in a file of its own, the largest tree it signed. A store
 * that was restored from a backup offers a smaller or another tree and is refused (DESIGN 10).
 *
 * Trust: who can change the state file can make us sign a second history, which every holder of an earlier
 * checkpoint then detects.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'
import { Failure } from '../kernel/failure.ts'
import { signCheckpoint } from '../ledger/checkpoint.ts'
import { encodeVkey, signerFromSeed } from '../ledger/note-key.ts'
import type { CheckpointSigner } from '../ledger/ports.ts'
import { verifyConsistency } from '../ledger/proof.ts'

type Signed = { readonly size: number; readonly root: string }

export type FileSigner = CheckpointSigner & {
  /** What was signed last; proofs of consistency start there. */
  readonly lastSize: () => number
}

/** `origin` names the log, `<host>/<tenant>`; one state file per log. */
export function openCheckpointSigner(
  origin: string,
  seed: Uint8Array,
  statePath: string,
): FileSigner {
  const signer = signerFromSeed(origin, 'ed25519', seed)
  let last = readState(statePath)
  return {
    origin,
    verifierKey: encodeVkey(signer.key),
    lastSize: () => last.size,
    sign: async (size, root, consistency) => {
      const next = { size, root: Buffer.from(root).toString('hex') }
      refuseFork(last, next, root, consistency)
      const note = signCheckpoint(signer, size, root)
      // The state is durable before the signature leaves: a crash in between costs a signature, never a fork.
      if (size > last.size) writeState(statePath, next)
      last = next
      return note
    },
  }
}

function refuseFork(
  last: Signed,
  next: Signed,
  root: Uint8Array,
  consistency: readonly Uint8Array[],
): void {
  if (next.size < last.size) {
    throw new Failure('signer_refused', `a tree of ${next.size} after one of ${last.size}`)
  }
  if (next.size === last.size) {
    if (last.size > 0 && next.root !== last.root) {
      throw new Failure('signer_refused', `another root for a tree of ${next.size}`)
    }
    return
  }
  if (last.size === 0) return
  const isPrefix = verifyConsistency({
    first: last.size,
    second: next.size,
    firstRoot: new Uint8Array(Buffer.from(last.root, 'hex')),
    secondRoot: root,
    path: consistency,
  })
  if (!isPrefix) {
    const detail = `the tree of ${next.size} does not contain the one of ${last.size}`
    throw new Failure('signer_refused', detail)
  }
}

function readState(path: string): Signed {
  if (!existsSync(path)) return { size: 0, root: '' }
  const [size, root, ...rest] = readFileSync(path, 'utf8').trimEnd().split('\n')
  if (!/^\d+$/.test(size ?? '') || !/^[0-9a-f]{64}$/.test(root ?? '') || rest.length > 0) {
    throw new Failure(
      'signer_refused',
      `${path} is not a signer state; restore it, do not delete it`,
    )
  }
  return { size: Number(size), root: root ?? '' }
}

function writeState(path: string, { size, root }: Signed): void {
  const next = `${path}.next`
  const file = openSync(next, 'w', 0o600)
  writeSync(file, `${size}\n${root}\n`)
  fsyncSync(file)
  closeSync(file)
  renameSync(next, path)
  const directory = openSync(dirname(path), 'r')
  fsyncSync(directory)
  closeSync(directory)
}
