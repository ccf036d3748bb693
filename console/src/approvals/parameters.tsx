/** The literal arguments, one line each, with where the value comes from; the whole as canonical JSON on demand. */
import { Suspense } from 'react'
import { later } from '../api/quiet.ts'
import { Chip } from '../ui/chip.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Folded, Panel } from '../ui/panel.tsx'
import { canonical } from './check-seen.ts'
import type { DecisionProps } from './decision-props.ts'
import { leafName, leavesOf } from './leaves.ts'
import type { Package, Source } from './package.ts'
import css from './parameters.module.css'
import { sourceText } from './words.ts'

/** A person reads no more lines; the rest stands in the canonical form. */
const MAX_LINES = 60

/** Comes after the request: what is asked is read before it is compared. */
const Compared = later(async () => (await import('./compared.tsx')).Compared)

export function Parameters({ request, shown }: DecisionProps) {
  const leaves = leavesOf(shown.arguments)
  return (
    <Panel title="Exactly this call" note={<code>{shown.tool}</code>} id="parameters">
      <table className={css.table}>
        <thead className={css.head}>
          <tr>
            <th scope="col">Argument</th>
            <th scope="col">Value</th>
            <th scope="col">Where it comes from</th>
          </tr>
        </thead>
        <tbody>
          {leaves.slice(0, MAX_LINES).map(({ path, value }) => (
            <tr key={path}>
              <th scope="row">
                <Foreign text={leafName(path)} cutAt={80} />
              </th>
              <td>
                <code className={css.value}>
                  <Foreign text={JSON.stringify(value)} />
                </code>
              </td>
              <td>
                <Origin source={shown.sources?.get(path)} shown={shown} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {leaves.length === 0 && <p>It has no arguments.</p>}
      <Folded title="As canonical JSON">
        <pre className={css.json}>
          <Foreign text={canonical(shown.arguments ?? null)} cutAt={4_000} />
        </pre>
      </Folded>
      {request.plan === undefined && (
        <Suspense>
          <Compared request={request} shown={shown} />
        </Suspense>
      )}
    </Panel>
  )
}

function Origin({
  source,
  shown,
}: {
  readonly source: Source | undefined
  readonly shown: Package
}) {
  if (source === undefined) return <span className={css.none}>not said</span>
  const [words, tone] = sourceText(source.source)
  const numbers = source.evidence
    .map((id) => shown.evidence.findIndex((item) => item.id === id) + 1)
    .filter((number) => number > 0)
  return (
    <Chip tone={tone} icon={tone === 'warn' ? 'warn' : 'good'}>
      {numbers.length === 0 ? words : `from evidence ${numbers.join(', ')}`}
    </Chip>
  )
}
