/**
 * Single proofs as text (C2SP tlog-proof, `c2sp.org/tlog-proof@v1`, file extension `.tlog-proof`): index,
 * inclusion path and checkpoint in one file that anybody's verifier can read. The extra data is not
 * authenticated; we write none and hand it back unread.
 */
import { Failure } from '../kernel/failure.ts'
import { decodeBase64, decodeBase64Exactly, encodeBase64 } from './base64.ts'
import { parseCheckpoint } from './checkpoint.ts'
import { HASH_BYTES } from './merkle.ts'

const HEADER = 'c2sp.org/tlog-proof@v1'
/** A tree of 2^53 leaves has paths of 53 hashes; the format itself sets no limit. */
const MAX_PATH = 64

export type TlogProof = {
  readonly index: number
  /** Sibling hashes from the leaf upwards. */
  readonly path: readonly Uint8Array[]
  /** The checkpoint note, verbatim with all its signatures. */
  readonly checkpoint: string
  readonly extra?: Uint8Array
}

/** The text of a proof. */
export function writeTlogProof(proof: TlogProof): string {
  const extra = proof.extra === undefined ? [] : [`extra ${encodeBase64(proof.extra)}`]
  const lines = [HEADER, ...extra, `index ${proof.index}`, ...proof.path.map(encodeBase64)]
  return `${lines.join('\n')}\n\n${proof.checkpoint}`
}

/** Reads a proof text. Throws `note_malformed`; nothing in it is verified yet. */
export function parseTlogProof(text: string): TlogProof {
  const split = text.indexOf('\n\n')
  if (split === -1) throw malformed('there is no checkpoint behind a blank line')
  const [header, ...lines] = text.slice(0, split).split('\n')
  if (header !== HEADER) throw malformed('the first line is not the header of version 1')
  const extra = lines[0]?.startsWith('extra ') ? decodeBase64(lines.shift()?.slice(6) ?? '') : null
  if (extra === undefined) throw malformed('the extra data is not base64')
  const index = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '')?.[1]
  if (index === undefined || !Number.isSafeInteger(Number(index)))
    throw malformed('there is no index line')
  if (lines.length > MAX_PATH) throw malformed('the path is longer than any tree is high')
  const path = lines.map((line) => {
    const hash = decodeBase64Exactly(line, HASH_BYTES)
    if (hash === undefined) throw malformed('a path line is not a hash')
    return hash
  })
  const checkpoint = text.slice(split + 2)
  parseCheckpoint(new TextEncoder().encode(checkpoint))
  return { index: Number(index), path, checkpoint, ...(extra === null ? {} : { extra }) }
}

function malformed(why: string): Failure {
  return new Failure('note_malformed', `the proof is refused: ${why}`)
}
