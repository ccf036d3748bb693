/**
 * Checks one entry of the log in this browser: its bytes are fetched as every verifier fetches them, hashed here,
 * and led up to the root of a signed checkpoint. What the gateway says about them counts for nothing.
 */
import { get, open } from '../api/client.ts'
import type { Checkpoint, Inclusion } from '../api/wire.ts'
import { type Bytes, isSame, leafHash, ofBase64, ofHex, rootFrom } from './bytes.ts'
import { isSignedBy, readNote } from './note.ts'

/** `undefined`: this browser cannot check it. */
export type Finding = { readonly said: string; readonly holds: boolean | undefined }

const BUNDLE = 256

export async function checkEntry(index: number, log: Checkpoint): Promise<readonly Finding[]> {
  const proof = await get<Inclusion>(`/api/v1/ledger/prove/${index}`)
  const note = readNote(proof.checkpoint)
  const entry = await entryBytes(index, note.size, log.origin)
  const leaf = entry === undefined ? undefined : await leafHash(entry)
  const place = { index, size: note.size }
  const root = leaf && (await rootFrom(leaf, proof.path.map(ofHex), place))
  return [
    {
      said: `The bytes of entry ${index}, hashed here, give the leaf hash the gateway names.`,
      holds: leaf !== undefined && isSame(leaf, ofHex(proof.leaf_hash)),
    },
    {
      said: `From that leaf, ${proof.path.length} neighbours lead to the root of the checkpoint of ${note.size} entries.`,
      holds: root !== undefined && isSame(root, ofBase64(note.root)),
    },
    {
      said: 'The checkpoint is of this log, not older than the one above, and signed with the key shown.',
      holds:
        note.origin === log.origin && note.size >= log.size
          ? await isSignedBy(note, log.verifier_key)
          : false,
    },
  ]
}

/** One entry out of its bundle (C2SP tlog-tiles): each stands behind its length in two bytes. */
async function entryBytes(index: number, size: number, origin: string): Promise<Bytes | undefined> {
  const bundle = Math.floor(index / BUNDLE)
  const width = Math.min(BUNDLE, size - bundle * BUNDLE)
  const tenant = encodeURIComponent(origin.split('/').at(-1) ?? '')
  const part = width === BUNDLE ? '' : `.p/${width}`
  const answer = await open(`/log/${tenant}/tile/entries/${bundlePath(bundle)}${part}`, {})
  const bytes = new Uint8Array(await answer.arrayBuffer())
  let at = 0
  for (let before = index % BUNDLE; before > 0; before--) at += 2 + lengthAt(bytes, at)
  const end = at + 2 + lengthAt(bytes, at)
  return at + 2 <= bytes.length && end <= bytes.length ? bytes.slice(at + 2, end) : undefined
}

function lengthAt(bytes: Bytes, at: number): number {
  return (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0)
}

function bundlePath(bundle: number): string {
  const last = String(bundle % 1000).padStart(3, '0')
  return bundle < 1000 ? last : `${aboveThousand(Math.floor(bundle / 1000))}/${last}`
}

function aboveThousand(rest: number): string {
  const group = `x${String(rest % 1000).padStart(3, '0')}`
  return rest < 1000 ? group : `${aboveThousand(Math.floor(rest / 1000))}/${group}`
}
