/** Which kills a target gets: every point that one order passes, in the middle of its work, and in random states. */
import { seeded } from '../kill-plan.ts'
import type { TargetKill, TargetLane } from './target-lane.ts'

/** Longer than any act takes here, so that it is met before, in the middle and after. Milliseconds. */
const LONGEST_ACT_MS = 600
/** Passed when its time comes, and a fast order is over before; kills on both engines meet it (kill-plan.ts). */
const BY_THE_CLOCK = 'checkpoint:signed'

/**
 * `count` of them, seeded. No label comes twice before each came once; a label that is passed several times comes at
 * another passing each time. Points of lending come first: only targets that are lent for pass them.
 */
export function planOf(
  passed: Awaited<ReturnType<TargetLane['measure']>>,
  count: number,
  seed: number,
): readonly TargetKill[] {
  const random = seeded(seed)
  const labels = (['do', 'undo'] as const).flatMap((step): readonly Point[] => [
    ...Object.entries(passed[step])
      .filter(([label]) => label !== BY_THE_CLOCK)
      .map(([label, times]) => ({ step, label, times })),
    ...duringAct(step, passed[step]),
  ])
  const plan: TargetKill[] = []
  while (plan.length < count && labels.length > 0) {
    const mixed = labels.map((point) => ({ point, key: random() })).sort((a, b) => a.key - b.key)
    for (const point of lendingFirst(mixed.map(({ point }) => point))) {
      const { times, afterMs, ...rest } = point
      const passing = 1 + Math.floor(random() * times)
      const late = afterMs === undefined ? {} : { afterMs: Math.floor(random() * afterMs) }
      plan.push({ ...rest, passing, ...late })
    }
  }
  return plan.slice(0, count)
}

type Point = {
  readonly step: TargetKill['step']
  readonly label: string
  readonly times: number
  readonly afterMs?: number
}

/** Each of its labels once, in doing or in undoing, before all else. */
function lendingFirst(mixed: readonly Point[]): readonly Point[] {
  const isFirst = ({ label }: Point, at: number) =>
    label.startsWith('lease:') && mixed.findIndex((each) => each.label === label) === at
  return [...mixed.filter(isFirst), ...mixed.filter((point, at) => !isFirst(point, at))]
}

/** The moment in which the tool works: nothing of the gateway is passed then. */
function duringAct(step: TargetKill['step'], passed: Readonly<Record<string, number>>): Point[] {
  const sent = step === 'do' ? 'dispatch:after' : 'undo:dispatched'
  const times = passed[sent] ?? 0
  return times === 0 ? [] : [{ step, label: sent, times, afterMs: LONGEST_ACT_MS }]
}
