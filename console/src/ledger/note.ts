/** A signed checkpoint, taken apart, and whether the log's key signed it (C2SP signed-note, Ed25519). */
import { type Bytes, isSame, joined, ofBase64 } from './bytes.ts'

export type SignedSize = {
  readonly origin: string
  readonly size: number
  readonly root: string
  /** What is signed, its last newline included. */
  readonly text: string
  readonly lines: readonly string[]
}

export function readNote(note: string): SignedSize {
  const end = note.indexOf('\n\n')
  const text = note.slice(0, end + 1)
  const [origin = '', size = '', root = ''] = text.split('\n')
  const lines = note
    .slice(end + 2)
    .split('\n')
    .filter((line) => line !== '')
  return { origin, size: Number(size), root, text, lines }
}

/** `name+id+base64`: the text of a verifier key. Answers undefined where the browser knows no Ed25519. */
export async function isSignedBy(
  note: SignedSize,
  verifierKey: string,
): Promise<boolean | undefined> {
  const [name = '', id = '', ...rest] = verifierKey.split('+')
  const typed = ofBase64(rest.join('+'))
  const key = await importKey(typed.slice(1))
  if (key === undefined) return undefined
  const expected = await keyId(name, typed)
  if (typed[0] !== 1 || hex(expected) !== id) return false
  const signed = new TextEncoder().encode(note.text)
  for (const line of note.lines) {
    const [, who, encoded = ''] = line.split(' ')
    if (who !== name) continue
    const bytes = ofBase64(encoded)
    if (!isSame(bytes.slice(0, 4), expected)) continue
    return crypto.subtle.verify('Ed25519', key, bytes.slice(4), signed)
  }
  return false
}

async function importKey(raw: Bytes): Promise<CryptoKey | undefined> {
  try {
    return await crypto.subtle.importKey('raw', raw, 'Ed25519', false, ['verify'])
  } catch {
    return undefined
  }
}

async function keyId(name: string, typed: Bytes): Promise<Bytes> {
  const head = joined(new TextEncoder().encode(`${name}\n`), typed)
  return new Uint8Array(await crypto.subtle.digest('SHA-256', head)).slice(0, 4)
}

function hex(bytes: Bytes): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
}
