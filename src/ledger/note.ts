/**
 * Signed notes (C2SP signed-note v1.0.0): text, a blank line, then lines `— <key name> <base64>`. Reading
 * is strict, because two readers that split a note differently would verify different texts: valid UTF-8,
 * no control characters but newline, a final newline, at least one and at most 100 signature lines.
 * Keys are in note-key.ts.
 */
import { Failure } from '../kernel/failure.ts'
import { decodeBase64, encodeBase64 } from './base64.ts'
import type { NoteKey, NoteSigner } from './note-key.ts'
import { isKeyName, signWith, verifyWith } from './note-key.ts'

/** Go's reader refuses more than 100 lines and 1,000,000 bytes; the specification asks for at least 16. */
const MAX_SIGNATURES = 100
const MAX_NOTE_BYTES = 1_000_000
const KEY_ID_BYTES = 4

export type NoteSignature = {
  readonly name: string
  /** Big-endian uint32 in front of the signature. */
  readonly keyId: number
  readonly bytes: Uint8Array
}

export type Note = {
  /** What is signed, final newline included. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

/** Splits a note. Throws `note_malformed`; says nothing about whether any signature is right. */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > MAX_NOTE_BYTES) throw malformed(`it has more than ${MAX_NOTE_BYTES} bytes`)
  let note: string
  try {
    note = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new Failure('note_malformed', 'the note is not UTF-8', { cause })
  }
  if (/[\u0000-\u0009\u000b-\u001f]/.test(note)) throw malformed('it holds a control character')
  if (!note.endsWith('\n')) throw malformed('it does not end in a newline')
  const split = note.lastIndexOf('\n\n')
  if (split === -1) throw malformed('no blank line parts text and signatures')
  const block = note.slice(split + 2, -1)
  if (block === '') throw malformed('it has no signature')
  const lines = block.split('\n')
  if (lines.length > MAX_SIGNATURES)
    throw malformed(`it has more than ${MAX_SIGNATURES} signatures`)
  return { text: note.slice(0, split + 1), signatures: lines.map(parseSignatureLine) }
}

function parseSignatureLine(line: string): NoteSignature {
  const [dash, name = '', encoded = '', ...more] = line.split(' ')
  const bytes = decodeBase64(encoded)
  if (dash !== '\u2014' || more.length > 0 || !isKeyName(name))
    throw malformed('a signature line is broken')
  if (bytes === undefined || bytes.length <= KEY_ID_BYTES)
    throw malformed('a signature is not base64')
  const keyId = new DataView(bytes.buffer).getUint32(0)
  return { name, keyId, bytes: bytes.slice(KEY_ID_BYTES) }
}

export type NoteVerdict = {
  /** Known keys with a good signature, each once. `timeSeconds` is what a cosigner says (Unix time). */
  readonly verified: readonly { readonly key: NoteKey; readonly timeSeconds?: number }[]
  /** Known keys with a signature that is wrong: the whole note is to be refused. */
  readonly rejected: readonly NoteKey[]
  /** Signatures by keys that were not given. They prove nothing and are no fault. */
  readonly unknown: number
}

/** Checks every signature of a known key; name and key id must both agree for a key to be the one. */
export function verifyNote(note: Note, keys: readonly NoteKey[]): NoteVerdict {
  const verified = new Map<NoteKey, { key: NoteKey; timeSeconds?: number }>()
  const rejected = new Set<NoteKey>()
  let unknown = 0
  for (const signature of note.signatures) {
    const known = keys.filter((key) => key.name === signature.name && key.keyId === signature.keyId)
    if (known.length === 0) unknown++
    for (const key of known) {
      const good = verifyWith(key, note.text, signature.bytes)
      if (good === undefined) rejected.add(key)
      else verified.set(key, { key, ...good })
    }
  }
  return { verified: [...verified.values()], rejected: [...rejected], unknown }
}

/**
 * A signature line without its newline. `timeSeconds` is needed by, and only used for, cosignature keys.
 */
export function signatureLine(signer: NoteSigner, text: string, timeSeconds = 0): string {
  const signature = signWith(signer, text, timeSeconds)
  const bytes = new Uint8Array(KEY_ID_BYTES + signature.length)
  new DataView(bytes.buffer).setUint32(0, signer.key.keyId)
  bytes.set(signature, KEY_ID_BYTES)
  return `\u2014 ${signer.key.name} ${encodeBase64(bytes)}`
}

/** A note from its text (which must end in a newline) and signature lines. Throws `note_malformed`. */
export function joinNote(text: string, lines: readonly string[]): string {
  const note = `${text}\n${lines.map((line) => `${line}\n`).join('')}`
  if (parseNote(new TextEncoder().encode(note)).text !== text)
    throw malformed('its text does not end in a newline')
  return note
}

function malformed(why: string): Failure {
  return new Failure('note_malformed', `the note is refused: ${why}`)
}
