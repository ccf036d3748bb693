/** How a title cites promises, such as `[R9]` or `[R9 R22]`. Loaded by every worker of a trial, so it imports nothing. */

export const CITATION = /\[(R[1-9]\d*(?: R[1-9]\d*)*)\]/g

/** The ids a title cites. */
export function idsIn(title: string): readonly string[] {
  return [...title.matchAll(CITATION)].flatMap((match) => (match[1] ?? '').split(' '))
}

/** A regular expression source that matches the full name of every test citing one of the ids. */
export function patternFor(ids: readonly string[]): string {
  return `\\[(?:R\\d+ )*(?:${ids.join('|')})(?: R\\d+)*\\]`
}
