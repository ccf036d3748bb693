/** Checks an inclusion proof where it is read, so that a proof that is shown is one that holds. */
import type { z } from 'zod'
import type { inclusion } from '../contract/ledger.ts'
import { Failure } from '../kernel/failure.ts'
import { decodeHex } from '../ledger/base64.ts'
import { parseCheckpoint } from '../ledger/checkpoint.ts'
import { verifyNote } from '../ledger/note.ts'
import { parseVkey } from '../ledger/note-key.ts'
import { verifyInclusion } from '../ledger/proof.ts'

/** Throws `ledger_head_wrong` when signature or path do not hold, `note_malformed`. */
export function checkProof(proof: z.output<typeof inclusion>, verifierKey: string): void {
  const { note, checkpoint } = parseCheckpoint(new TextEncoder().encode(proof.checkpoint))
  const key = parseVkey(verifierKey)
  if (key === undefined || key === 'unsupported') {
    throw new Failure('note_malformed', 'the key of the log is of no known kind')
  }
  const { verified, rejected } = verifyNote(note, [key])
  const path = proof.path.map(hexBytes)
  const claim = {
    index: proof.index,
    size: checkpoint.size,
    leafHash: hexBytes(proof.leaf_hash),
    path,
  }
  if (
    verified.length !== 1 ||
    rejected.length > 0 ||
    !verifyInclusion({ ...claim, root: checkpoint.root })
  ) {
    throw new Failure('ledger_head_wrong', 'the proof does not lead to the signed checkpoint')
  }
}

function hexBytes(text: string): Uint8Array {
  return decodeHex(text) ?? new Uint8Array()
}
