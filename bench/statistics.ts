/** Numbers from samples. Nothing here rounds; that is for whoever prints. */

/** The value below which the share `q` (0 to 1) of the samples lies, by nearest rank; 0 when there are none. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  const rank = Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))
  return sorted[rank] ?? 0
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5)
}
