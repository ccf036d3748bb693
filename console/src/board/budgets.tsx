/** What is used of each budget: the same as a bar and as text, and in words where little is left. */
import type { Budget } from '../api/wire.ts'
import { kindText } from '../approvals/words.ts'
import { spanText } from '../text/time.ts'
import { visible } from '../text/visible.ts'
import css from './board.module.css'

/** From here on a person may want to look before it stops the agent. */
const LITTLE_LEFT = 0.8

export function Budgets({ budgets }: { readonly budgets: readonly Budget[] }) {
  return (
    <dl className={css.budgets}>
      {budgets.map((budget) => (
        <Bar key={`${budget.of}/${budget.kind ?? ''}`} budget={budget} />
      ))}
    </dl>
  )
}

function Bar({ budget }: { readonly budget: Budget }) {
  const { used, limit } = budget
  const share = limit === 0 ? 1 : Math.min(1, used / limit)
  const state = share >= 1 ? 'out' : share >= LITTLE_LEFT ? 'low' : 'plain'
  return (
    <div className={css.budget} data-state={state}>
      <dt>{nameOf(budget)}</dt>
      <dd>
        <span className={css.amount}>
          {used.toLocaleString()} of {limit.toLocaleString()}
          {WORDS[state]}
        </span>
        <svg className={css.bar} viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
          <rect width={share * 100} height={4} />
        </svg>
      </dd>
    </div>
  )
}

const WORDS = { out: ', used up', low: ', nearly used up', plain: '' } as const
const NAMES = { calls: 'calls', writes: 'changes', targets: 'targets' } as const

function nameOf({ of, kind, window_ms: windowMs }: Budget): string {
  const name = kind === undefined ? NAMES[of] : `${NAMES[of]}, ${visible(kindText(kind))}`
  return windowMs === undefined ? name : `${name}, in ${spanText(windowMs)}`
}
