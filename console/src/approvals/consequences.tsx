/** The six questions of every decision, each answered from facts or plainly unknown. */
import { Chip } from '../ui/chip.tsx'
import { Panel } from '../ui/panel.tsx'
import css from './consequences.module.css'
import type { Package } from './package.ts'
import { plainWords } from './words.ts'

export function Consequences({ shown }: { readonly shown: Package }) {
  if (shown.consequences.length === 0) return null
  const unknown = shown.consequences.filter(({ isKnown }) => !isKnown).length
  return (
    <Panel
      title="What it may set off"
      note={unknown === 0 ? 'all known' : `${unknown} of ${shown.consequences.length} unknown`}
    >
      <dl className={css.list}>
        {shown.consequences.map(({ name, isKnown, values }) => (
          <div key={name} className={css.item}>
            <dt>{plainWords(name)}</dt>
            <dd>
              {isKnown ? (
                <Chip tone="accent">{values.map(plainWords).join(', ') || 'known'}</Chip>
              ) : (
                <Chip icon="info">unknown</Chip>
              )}
            </dd>
          </div>
        ))}
      </dl>
    </Panel>
  )
}
