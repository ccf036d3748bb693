/**
 * Whether the ledger says that a bundle was published. A bundle is a row that somebody who can write the database could
 * change or add; the entry that recorded its publication cannot be changed without the log showing it. So a row
 * names its entry, and decides only where that entry names exactly this text at exactly this place (R57). An entry that
 * was added to the log behind the gateway's back is for the check of the log to find, not for this.
 */
import { digestOfText } from '../kernel/digest.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { StoredBundle } from './store.ts'

/** `recorded` is the entry that the row names; undefined when it names none that is in the log. */
export function isPublished(
  { sequence, text }: Pick<StoredBundle, 'sequence' | 'text'>,
  recorded: { readonly type: string; readonly data: JsonObject } | undefined,
): boolean {
  if (recorded?.type !== 'policy.published') return false
  const { data } = recorded
  return data.bundle === digestOfText('countersign-bundle-v1', text) && data.sequence === sequence
}
