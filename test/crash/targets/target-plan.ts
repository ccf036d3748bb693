/** Which kills a target gets: every point that one order passes, in the middle of its work, and in random states. */
import { seeded } from '../kill-plan.ts'
import type { Step, TargetKill, TargetLane } from './target-lane.ts'

/** Longer than any act takes here, so that it is met before, in the middle and after. Milliseconds. */
const LONGEST_ACT_MS = 600
/** What the next start finds alive after this, it ends. */
const LENT = 'lease:issued'
const ENDS_LENT: TargetKill = { step: 'start', label: 'recover:lease', passing: 1 }
/** Only lives before a target pass these. */
const OWN = /^(lease|undo):/
/** Passed when its time comes, and a fast order is over before; kills on both engines meet it (kill-plan.ts). */
const BY_THE_CLOCK = 'checkpoint:signed'

/**
 * `count` of them, seeded. No label comes twice before each came once; a label that is passed several times comes at
 * another passing each time. Points that no other run of kills passes come first.
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
    for (const point of ownFirst(mixed.map(({ point }) => point))) {
      const { times, afterMs, ...rest } = point
      const passing = 1 + Math.floor(random() * times)
      const late = afterMs === undefined ? {} : { afterMs: Math.floor(random() * afterMs) }
      plan.push({ ...rest, passing, ...late })
      if (point.label === LENT) plan.push(ENDS_LENT)
    }
  }
  return plan.slice(0, count)
}

type Point = {
  readonly step: Step
  readonly label: string
  readonly times: number
  readonly afterMs?: number
}

/** Each of these labels once, in doing or in undoing, before all else; those of lending before those of undoing. */
function ownFirst(mixed: readonly Point[]): readonly Point[] {
  const own = mixed.filter(({ label, afterMs }) => OWN.test(label) && afterMs === undefined)
  const first = own
    .filter(({ label }, at) => own.findIndex((each) => each.label === label) === at)
    .toSorted((a, b) => Number(a.label.startsWith('undo:')) - Number(b.label.startsWith('undo:')))
  return [...first, ...mixed.filter((point) => !first.includes(point))]
}

/** The moment in which the tool works: nothing of the gateway is passed then. */
function duringAct(step: Step, passed: Readonly<Record<string, number>>): Point[] {
  const sent = step === 'do' ? 'dispatch:after' : 'undo:dispatched'
  const times = passed[sent] ?? 0
  return times === 0 ? [] : [{ step, label: sent, times, afterMs: LONGEST_ACT_MS }]
}
