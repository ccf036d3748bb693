/** What one person proposed and a second one has to see, then what became of the others. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useNames } from '../api/names.ts'
import type { Change } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Icon } from '../ui/icon.tsx'
import { Panel } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { Left, When } from '../ui/when.tsx'
import { changeState, kindWords } from './change-words.ts'
import { changesQuery } from './use-changes.ts'

export function Changes() {
  const changes = useQuery(changesQuery)
  return (
    <div className={css.page}>
      <h1>Changes by two people</h1>
      {changes.isPending && <Loading rows={6} label="Loading the changes" />}
      {changes.isError && <Trouble error={changes.error} onRetry={() => void changes.refetch()} />}
      {changes.data !== undefined && <Lists changes={changes.data} />}
    </div>
  )
}

function Lists({ changes }: { readonly changes: readonly Change[] }) {
  const open = changes.filter(({ state }) => state === 'proposed' || state === 'alone')
  const closed = changes.filter((each) => !open.includes(each))
  return (
    <>
      <Panel title={open.length === 0 ? 'To look at' : `To look at: ${open.length}`}>
        {open.length === 0 && (
          <Nothing icon="good" title="No change waits for a second person.">
            Who may decide, who is on duty, what policy asks and what agents may call changes only
            with two people, once there are two.
          </Nothing>
        )}
        <Rows changes={open} />
      </Panel>
      {closed.length > 0 && (
        <Panel title={`Closed: ${closed.length}`}>
          <Rows changes={closed} />
        </Panel>
      )}
    </>
  )
}

function Rows({ changes }: { readonly changes: readonly Change[] }) {
  const names = useNames()
  return (
    <ul>
      {changes.map((change) => {
        const [words, tone] = changeState(change.state)
        return (
          <li key={change.id} className={css.entry}>
            <Link to="/changes/$id" params={{ id: change.id }} className={css.row}>
              <strong>{kindWords(change.kind)}</strong>
              <Chip tone={tone}>{words}</Chip>
              <span className={css.soft}>
                {visible(names.person(change.proposed_by))}, <When atMs={change.created_at_ms} />
                {change.decided_by !== undefined &&
                  `, then ${visible(names.person(change.decided_by))}`}
                {change.state === 'proposed' && (
                  <>
                    , <Left untilMs={change.due_at_ms} /> left
                  </>
                )}
              </span>
              <span className={css.turn}>
                <Icon name="next" size={14} />
              </span>
            </Link>
          </li>
        )
      })}
    </ul>
  )
}
