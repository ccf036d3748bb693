/** Which kinds of entries of a case are shown, as it stands in the address. */
import { KINDS, type StoryKind } from './story.ts'

export type CaseSearch = { readonly kind?: StoryKind }

export function readCaseSearch(given: Readonly<Record<string, unknown>>): CaseSearch {
  const kind = KINDS.find((known) => known === given.kind)
  return kind === undefined ? {} : { kind }
}
