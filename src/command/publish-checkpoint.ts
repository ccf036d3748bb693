/**
 * Signs the present tree of a log. Runs shortly after every commit, so that a checkpoint covers an entry within
 * a second (DESIGN 10). Writes no entry: a checkpoint says nothing the tree does not say.
 */
import type { Clock } from '../kernel/clock.ts'
import type { CheckpointSigner, LedgerReader, LogHead } from '../ledger/ports.ts'
import { tileSource } from '../ledger/tile-source.ts'
import { consistencyProof, openTree } from '../ledger/tree-reader.ts'

export type CheckpointParts = {
  readonly ledger: LedgerReader
  readonly clock: Clock
  readonly signer: CheckpointSigner & { readonly lastSize: () => number }
  /** Where a crash test may strike. */
  readonly at?: ((label: 'checkpoint:signed') => void) | undefined
}

export type Checkpoints = {
  /** Before anything is served: is this the log that was signed? Throws `signer_refused`. */
  readonly confirm: () => Promise<void>
  /** Signs what is new. Answers the size that is signed. Throws `signer_refused`. */
  readonly publish: () => Promise<number>
}

/** One signature at a time: of two that overtake each other the signer would refuse the smaller tree. */
export function makeCheckpoints(parts: CheckpointParts, tenant: string): Checkpoints {
  let last: Promise<unknown> = Promise.resolve()
  const next = <T>(work: () => Promise<T>): Promise<T> => {
    const done = last.then(work, work)
    last = done
    return done
  }
  return {
    confirm: () => next(() => confirmSigned(parts, tenant)),
    publish: () => next(() => publishCheckpoint(parts, tenant)),
  }
}

/**
 * Signs and stores a checkpoint when the log grew. Returns its size. Throws `signer_refused` when the log is
 * not a continuation of what was signed last, a log that became smaller included.
 */
export async function publishCheckpoint(parts: CheckpointParts, tenant: string): Promise<number> {
  const { ledger, signer } = parts
  const [head, stored] = await Promise.all([ledger.head(tenant), ledger.checkpoint(tenant)])
  // The stored checkpoint comes back with a restored backup; only the signer remembers what it signed.
  const isSigned = stored?.size === head.size && signer.lastSize() <= head.size
  if (!isSigned) await signHead(parts, tenant, head)
  return head.size
}

/**
 * Before anything is served: asks the signer whether this is the log it signed, whatever the store says, and
 * publishes what a crash left unsigned. Throws `signer_refused`.
 */
async function confirmSigned(parts: CheckpointParts, tenant: string): Promise<void> {
  await signHead(parts, tenant, await parts.ledger.head(tenant))
}

/** A crash between the signature and its storing costs the signature; the next run signs the same tree again. */
async function signHead(parts: CheckpointParts, tenant: string, head: LogHead): Promise<void> {
  const { ledger, signer, clock } = parts
  const before = signer.lastSize()
  if (head.size === 0 && before === 0) return
  const proof =
    before > 0 && before < head.size
      ? await consistencyProof(openTree(head.size, tileSource(ledger, tenant).readTile), before)
      : []
  const note = await signer.sign(head.size, head.root, proof)
  parts.at?.('checkpoint:signed')
  await ledger.putCheckpoint(tenant, { size: head.size, note, signedAtMs: clock.nowMs() })
}
