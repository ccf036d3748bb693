/** Calls counted by tool: how many ran, wait, were refused. The gravest tool first. Pure. */
import { EFFECTS } from '../catalogue/tool.ts'
import type { CallRecord, CallState } from '../enforcement/call.ts'
import type { ToolCount } from '../enforcement/running.ts'

export type ToolTouched = {
  readonly tool: string
  /** The worst of its calls. */
  readonly effect: string
  /** Sent to the tool, whatever came of it. */
  readonly ran: number
  readonly waiting: number
  readonly refused: number
  readonly lastAtMs: number
}

const COUNTED_AS = {
  dispatched: 'ran',
  settled: 'ran',
  held: 'waiting',
  denied: 'refused',
} as const satisfies Readonly<Record<CallState, keyof ToolTouched>>

export function toolsTouched(counts: readonly Omit<ToolCount, 'task'>[]): readonly ToolTouched[] {
  const tools = new Map<string, ToolTouched>()
  for (const { tool, effect, state, calls, lastAtMs } of counts) {
    const known = tools.get(tool) ?? { ...NOTHING, tool, effect, lastAtMs }
    const counted = COUNTED_AS[state]
    tools.set(tool, {
      ...known,
      effect: rankOf(effect) > rankOf(known.effect) ? effect : known.effect,
      [counted]: known[counted] + calls,
      lastAtMs: Math.max(known.lastAtMs, lastAtMs),
    })
  }
  return [...tools.values()].sort(
    (a, b) => rankOf(b.effect) - rankOf(a.effect) || (a.tool < b.tool ? -1 : 1),
  )
}

export function toolsTouchedBy(calls: readonly CallRecord[]): readonly ToolTouched[] {
  return toolsTouched(
    calls.map(({ tool, effect, state, createdAtMs }) => ({
      ...{ tool, effect, state },
      calls: 1,
      lastAtMs: createdAtMs,
    })),
  )
}

const NOTHING = { ran: 0, waiting: 0, refused: 0 }

/** A call refused before it was understood has no effect of its own: the least of all. */
function rankOf(effect: string): number {
  return EFFECTS.findIndex((known) => known === effect)
}
