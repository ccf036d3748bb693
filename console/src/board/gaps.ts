/** The gaps of the coverage report that begin within a span, one line for each role and reason. Pure. */
import type { Coverage } from '../api/wire.ts'

export type GapLine = {
  readonly role: string
  readonly reason: string
  readonly fromMs: number
  /** How many classes of action have nobody then. */
  readonly actions: number
}

export function gapsWithin(
  gaps: Coverage['gaps'],
  fromMs: number,
  spanMs: number,
): readonly GapLine[] {
  const lines = new Map<string, GapLine>()
  for (const gap of gaps) {
    if (gap.from_ms > fromMs + spanMs) continue
    const key = `${gap.role} ${gap.reason}`
    const line = lines.get(key)
    lines.set(key, {
      role: gap.role,
      reason: gap.reason,
      fromMs: Math.min(gap.from_ms, line?.fromMs ?? gap.from_ms),
      actions: (line?.actions ?? 0) + 1,
    })
  }
  return [...lines.values()].sort((a, b) => a.fromMs - b.fromMs)
}
