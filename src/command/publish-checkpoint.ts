/**
 * Signs the present tree of a log. Runs shortly after every commit, so that a checkpoint covers an entry within
 * a second (DESIGN 10). Writes no entry: a checkpoint says nothing the tree does not say.
 */
import type { Clock } from '../kernel/clock.ts'
import type { CheckpointSigner, LedgerReader } from '../ledger/ports.ts'
import { tileSource } from '../ledger/tile-source.ts'
import { consistencyProof, openTree } from '../ledger/tree-reader.ts'

export type CheckpointParts = {
  readonly ledger: LedgerReader
  readonly clock: Clock
  readonly signer: CheckpointSigner & { readonly lastSize: () => number }
}

/** Signs and stores a checkpoint when the log grew. Returns its size. Throws `signer_refused`. */
export async function publishCheckpoint(parts: CheckpointParts, tenant: string): Promise<number> {
  const { ledger, signer, clock } = parts
  const [head, stored] = await Promise.all([ledger.head(tenant), ledger.checkpoint(tenant)])
  if (head.size === 0 || (stored !== undefined && stored.size === head.size)) return head.size
  const before = signer.lastSize()
  const proof =
    before > 0 && before < head.size
      ? await consistencyProof(openTree(head.size, tileSource(ledger, tenant).readTile), before)
      : []
  const note = await signer.sign(head.size, head.root, proof)
  await ledger.putCheckpoint(tenant, { size: head.size, note, signedAtMs: clock.nowMs() })
  return head.size
}
