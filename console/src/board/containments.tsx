/** What is contained now and when it ends; the undo shows what it would do before it does it. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useNames } from '../api/names.ts'
import { containmentsQuery } from '../api/queries.ts'
import type { Containment } from '../api/wire.ts'
import { actionText, plainWords } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Panel } from '../ui/panel.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { Left } from '../ui/when.tsx'
import css from './board.module.css'
import { UndoForm } from './undo-form.tsx'

const AT_END: Readonly<Record<Containment['at_end'], string>> = {
  hold: 'then it holds and pages',
  revert: 'then it is taken back',
  self: 'then it ends by itself',
}

export function Containments() {
  const all = useQuery(containmentsQuery)
  if (all.isPending) return <Loading label="Loading what is contained" />
  if (all.isError) return <Trouble error={all.error} />
  const sorted = all.data.toSorted((a, b) => a.ends_at_ms - b.ends_at_ms)
  return (
    <Panel title={sorted.length === 0 ? 'Contained now' : `Contained now: ${sorted.length}`}>
      {sorted.length === 0 && <Nothing icon="target" title="Nothing is contained." />}
      <ul>
        {sorted.map((containment) => (
          <Row key={containment.call} containment={containment} />
        ))}
      </ul>
    </Panel>
  )
}

function Row({ containment }: { readonly containment: Containment }) {
  const names = useNames()
  const [isOpen, setOpen] = useState(false)
  const { action, targets, ends_at_ms: endsAtMs, at_end: atEnd, overdue, state } = containment
  const what = `${actionText(action)} ${targets.map(({ id }) => visible(id)).join(', ')}`
  return (
    <li className={css.session}>
      <span>
        <strong>{what}</strong>{' '}
        <span className={css.soft}>
          by {visible(names.agent(containment.agent))} in{' '}
          <Link to="/cases/$id" params={{ id: names.caseRef(containment.case) }}>
            {visible(names.caseRef(containment.case))}
          </Link>
        </span>
      </span>
      <span className={css.soft}>
        {overdue ? (
          <Chip tone="danger" icon="clock">
            overdue
          </Chip>
        ) : (
          <>
            <Left untilMs={endsAtMs} /> left, {AT_END[atEnd]}
          </>
        )}
      </span>
      <span>
        <Chip>{plainWords(state)}</Chip>{' '}
        {containment.can_undo && (
          <button
            type="button"
            className={css.undo}
            aria-expanded={isOpen}
            aria-label={`Undo: ${what}`}
            onClick={() => setOpen(!isOpen)}
          >
            Undo…
          </button>
        )}
      </span>
      {isOpen && <UndoForm call={containment.call} onClose={() => setOpen(false)} />}
    </li>
  )
}
