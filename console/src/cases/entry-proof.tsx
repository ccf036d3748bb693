/** Where an entry stands in the log, and whether a signed checkpoint covers it. */
import { Chip } from '../ui/chip.tsx'
import { Digest } from '../ui/digest.tsx'
import css from './entry-proof.module.css'
import type { TimelineEntry } from './story.ts'

export function EntryProof({
  entry,
  isCovered,
  size,
}: {
  readonly entry: TimelineEntry
  readonly isCovered: boolean
  readonly size: number
}) {
  return (
    <p className={css.proof}>
      <code>{entry.type}</code>
      <span>
        entry {entry.index.toLocaleString()}, {entry.seq + 1} of its case
      </span>
      <Digest value={entry.leaf_hash} label="the leaf hash" />
      {isCovered ? (
        <Chip tone="good" icon="good">
          in checkpoint {size.toLocaleString()}
        </Chip>
      ) : (
        <Chip tone="warn" icon="clock">
          not in a checkpoint yet
        </Chip>
      )}
    </p>
  )
}
