/**
 * Counts what landed before its review (R49): calls of supervised agents, from `write` up or steering attention down,
 * that were sent although no person's yes to them, to their plan or to their class stood behind them. Read from the
 * record, newest entry first. It stays 0 unless a class is only monitored or a policy was made to allow too much.
 * Pure.
 */

/** What an entry of the record says, as far as this needs it. */
export type Recorded = {
  readonly id: string
  readonly type: string
  readonly call: string | undefined
  readonly cites: readonly string[]
  readonly data: Readonly<Record<string, unknown>>
}

export type ReviewCount = {
  /** Takes the next older entry. */
  readonly see: (entry: Recorded) => void
  readonly count: () => number
}

/** The events it wants to see; it is not told of others. */
export const COUNTED_EVENTS = [
  'tool.call.decided',
  'tool.call.dispatched',
  'standing.used',
] as const

export function countBeforeReview(): ReviewCount {
  const standing = new Set<string>()
  const unreviewed = new Set<string>()
  let count = 0
  return {
    see: ({ id, type, call, cites, data }) => {
      if (call === undefined) return
      if (type === 'standing.used') standing.add(call)
      if (type === 'tool.call.dispatched' && !isReviewed(data) && !standing.has(call)) {
        for (const cited of cites) unreviewed.add(cited)
      }
      if (type === 'tool.call.decided' && unreviewed.delete(id) && wantsReview(data)) count += 1
    },
    count: () => count,
  }
}

/** A yes to the call itself, or to the plan it is a step of. */
function isReviewed({ grant, plan }: Recorded['data']): boolean {
  return grant !== undefined || plan !== undefined
}

/** DESIGN 5: what a supervised agent may do unreviewed is read, annotate, and raise attention. */
function wantsReview({ mode, effect, direction }: Recorded['data']): boolean {
  if (mode !== 'supervised') return false
  if (effect === 'influence') return direction !== 'raises'
  return effect !== 'read' && effect !== 'annotate'
}
