/** The figures one looks at first. */
import type { Oversight } from '../api/wire.ts'
import { shareText, spanShort } from './figures.ts'
import css from './oversight.module.css'

export function Tiles({ report }: { readonly report: Oversight }) {
  const { outcomes, latency, quick_yeses: quick, recommendations, advice } = report
  const early = report.effects_before_review
  const decided = outcomes.approved + outcomes.denied
  const tiles: readonly (readonly [string, string])[] = [
    ['Asked', String(outcomes.asked)],
    ['Approved', shareText(outcomes.approved, decided)],
    ['Denied', shareText(outcomes.denied, decided)],
    ['Expired unseen', shareText(outcomes.expired_unseen, outcomes.asked)],
    ['Half decided within', spanShort(latency.median_ms)],
    ['Nine of ten within', spanShort(latency.p90_ms)],
    ['Yes within 10 s of the first look', shareText(quick.quick, quick.seen)],
    ['Yes to what nobody opened here', shareText(quick.unseen, outcomes.approved)],
    ['Recommendations overridden', shareText(recommendations.overridden, recommendations.made)],
    ['Done before its review', `${early.count}${early.whole ? '' : ' or more'}`],
    ['Advice given', `${advice.given}${advice.whole ? '' : ' or more'}`],
  ]
  return (
    <dl className={css.tiles}>
      {tiles.map(([name, value]) => (
        <div key={name} className={css.tile}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  )
}
