/** Which agents work, on what, for whom and how long still, and what each has done so far. */
import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useNames } from '../api/names.ts'
import { caseCallsQuery, tasksQuery } from '../api/queries.ts'
import type { Call, Task } from '../api/wire.ts'
import { effectRank, plainWords } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Panel } from '../ui/panel.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { Left } from '../ui/when.tsx'
import css from './board.module.css'

/** Cases whose calls are counted here; a longer list is for the cases themselves. */
const MAX_CASES = 12
const SHOWN = 12

export function Running() {
  const tasks = useQuery(tasksQuery)
  const open = (tasks.data ?? []).toSorted((a, b) => b.opened_at_ms - a.opened_at_ms)
  const cases = [...new Set(open.map((task) => task.case))].slice(0, MAX_CASES)
  const calls = useQueries({ queries: cases.map((id) => caseCallsQuery(id)) })
  const made = calls.flatMap(({ data }) => data ?? [])
  if (tasks.isPending) return <Loading label="Loading the agents" />
  if (tasks.isError) return <Trouble error={tasks.error} />
  return (
    <Panel title={open.length === 0 ? 'Agents at work' : `Agents at work: ${open.length}`}>
      {open.length === 0 && <Nothing icon="agents" title="No agent has an open session." />}
      <ul>
        {open.slice(0, SHOWN).map((task) => (
          <Session key={task.id} task={task} calls={made.filter((call) => call.task === task.id)} />
        ))}
      </ul>
    </Panel>
  )
}

function Session({ task, calls }: { readonly task: Task; readonly calls: readonly Call[] }) {
  const names = useNames()
  const writes = calls.filter(({ effect }) => effectRank(effect) >= effectRank('write')).length
  return (
    <li className={css.session}>
      <span>
        <strong>{visible(names.agent(task.agent))}</strong> {plainWords(task.purpose)}s{' '}
        <Link to="/cases/$id" params={{ id: names.caseRef(task.case) }}>
          {visible(names.caseRef(task.case))}
        </Link>{' '}
        <span className={css.soft}>for {names.person(task.on_behalf_of)}</span>
      </span>
      <span className={css.soft}>
        <Left untilMs={task.expires_at_ms} /> left
      </span>
      <span>
        <Chip>{calls.length === 1 ? '1 call' : `${calls.length} calls`}</Chip>{' '}
        {writes > 0 && (
          <Chip tone="warn" icon="target">
            {writes} to change something
          </Chip>
        )}
      </span>
    </li>
  )
}
