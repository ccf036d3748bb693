/**
 * Whether the ledger says that a bundle was published. A bundle is a row that somebody who can write the database could
 * change or add; the entry that recorded its publication cannot be changed without the log showing it. So a row
 * names its entry, and decides only where that entry names exactly this text at exactly this place, and who published it
 * (R57). An entry that was exchanged below the head of the log is for the check of the log to find, not for this.
 */
import { digestOfText } from '../kernel/digest.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { StoredBundle } from './store.ts'

type Recorded = {
  readonly type: string
  readonly actor: { readonly id: string }
  readonly data: JsonObject
}

/** `recorded` is the entry that the row names; undefined when it names none that is in the log. */
export function isPublished(
  { sequence, digest, text, publishedBy }: StoredBundle,
  recorded: Recorded | undefined,
): boolean {
  if (recorded?.type !== 'policy.published' || recorded.actor.id !== publishedBy) return false
  const { bundle, sequence: place } = recorded.data
  const isThisText = digestOfText('countersign-bundle-v1', text) === digest
  return isThisText && bundle === digest && place === sequence
}

/** What an entry says was published. */
export type PublishedBundle = { readonly bundle: unknown; readonly sequence: unknown }

/** Whoever takes the newest rows away brings back the bundle before them, which was really published: these are missing. */
export function withoutRow<P extends PublishedBundle>(
  published: readonly P[],
  rows: readonly Pick<StoredBundle, 'digest' | 'sequence'>[],
): readonly P[] {
  return published.filter(
    ({ bundle, sequence }) =>
      !rows.some((row) => row.digest === bundle && row.sequence === sequence),
  )
}
