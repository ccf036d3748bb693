/**
 * Checkpoints (C2SP tlog-checkpoint): the signed statement "my tree has this size and this root". Three
 * lines and no time; a log must never sign two that contradict each other, which is the signer's business,
 * not this file's. We write no extension lines and keep those of others.
 */
import { Failure } from '../kernel/failure.ts'
import { decodeBase64Exactly, encodeBase64 } from './base64.ts'
import { HASH_BYTES } from './merkle.ts'
import type { Note } from './note.ts'
import { joinNote, parseNote, signatureLine } from './note.ts'
import type { NoteSigner } from './note-key.ts'
import { isKeyName } from './note-key.ts'

export type Checkpoint = {
  /** The log's identity; for our logs also the name of its key. */
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  readonly extensions: readonly string[]
}

/** The text to sign. Throws `note_malformed` when the origin cannot also be a key name. */
export function checkpointText(origin: string, size: number, root: Uint8Array): string {
  if (!isKeyName(origin))
    throw new Failure('note_malformed', 'the origin is empty or holds a space or plus')
  return `${origin}\n${size}\n${encodeBase64(root)}\n`
}

/** The signed checkpoint of a tree. The signer's key name is the origin. */
export function signCheckpoint(signer: NoteSigner, size: number, root: Uint8Array): string {
  const text = checkpointText(signer.key.name, size, root)
  return joinNote(text, [signatureLine(signer, text)])
}

/** A checkpoint with one more signature line: a witness's cosignature or a second log key. */
export function withSignature(checkpoint: string, line: string): string {
  const joined = `${checkpoint}${line}\n`
  parseNote(new TextEncoder().encode(joined))
  return joined
}

/** Reads a checkpoint note. Throws `note_malformed`. Signatures are not checked here: see `verifyNote`. */
export function parseCheckpoint(bytes: Uint8Array): {
  readonly note: Note
  readonly checkpoint: Checkpoint
} {
  const note = parseNote(bytes)
  const [origin = '', sizeText = '', rootText = '', ...extensions] = note.text
    .slice(0, -1)
    .split('\n')
  const size = /^(?:0|[1-9]\d{0,15})$/.test(sizeText) ? Number(sizeText) : Number.NaN
  const root = decodeBase64Exactly(rootText, HASH_BYTES)
  if (
    origin === '' ||
    !Number.isSafeInteger(size) ||
    root === undefined ||
    extensions.includes('')
  ) {
    throw new Failure('note_malformed', 'the note is signed but is not a checkpoint')
  }
  return { note, checkpoint: { origin, size, root, extensions } }
}
