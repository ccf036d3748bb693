/** What people decided when something like this was asked before, and what came of it. */
import { Link } from '@tanstack/react-router'
import { useNames } from '../api/names.ts'
import { Chip } from '../ui/chip.tsx'
import { Panel } from '../ui/panel.tsx'
import { When } from '../ui/when.tsx'
import type { Similar as SimilarItem } from './package.ts'
import css from './similar.module.css'
import { actionText, plainWords, stateText } from './words.ts'

export function Similar({ items }: { readonly items: readonly SimilarItem[] }) {
  const names = useNames()
  if (items.length === 0) return null
  return (
    <Panel title="Decided before">
      <ul className={css.list}>
        {items.map((item) => {
          const [state, tone] = stateText(item.state)
          return (
            <li key={item.request} className={css.item}>
              <Chip tone={tone}>{state}</Chip>
              <Link to="/approvals/$id" params={{ id: item.request }}>
                {actionText(item.action)}
              </Link>
              {item.isSameTarget && <Chip>same target</Chip>}
              <span className={css.rest}>
                {names.person(item.decidedBy)}
                {item.decidedAtMs !== undefined && (
                  <>
                    {', '}
                    <When atMs={item.decidedAtMs} />
                  </>
                )}
                {item.outcome !== undefined && `, ${plainWords(item.outcome)}`}
              </span>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
