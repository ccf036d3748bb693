/** Figures in words. What there is none of is said, never shown as zero. Pure. */

export function shareText(part: number, whole: number): string {
  if (whole === 0) return 'none'
  return `${part} of ${whole} (${Math.round((100 * part) / whole)} %)`
}

/** A span of work: seconds below two minutes, then minutes, then hours. */
export function spanShort(ms: number | undefined): string {
  if (ms === undefined) return 'none'
  const seconds = ms / 1000
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7200) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}

/** Days are counted in UTC, so they are named in UTC. */
export function dayText(dayMs: number): string {
  return new Date(dayMs).toISOString().slice(0, 10)
}
