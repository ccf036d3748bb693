/** Digests as people compare them. */

/** The short code of a digest: eight hex digits in two groups. Enough to see that two are not the same. */
export function shortCode(digest: string): string {
  const hex = digest.replace(/^sha256:/, '')
  return `${hex.slice(0, 4)}-${hex.slice(4, 8)}`
}
