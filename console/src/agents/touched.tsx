/** What an agent has done in the cases of its open sessions: the newest calls, with what became of each. */
import { useQueries, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { caseCallsQuery } from '../api/case-queries.ts'
import { useNames } from '../api/names.ts'
import { tasksQuery } from '../api/queries.ts'
import { actionText, effectTone, plainWords } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import css from '../ui/rows.module.css'
import { When } from '../ui/when.tsx'
import own from './agents.module.css'

/** Cases whose calls are read; a longer list is for the cases themselves. */
const MAX_CASES = 8
const SHOWN = 8

export function Touched({ agent }: { readonly agent: string }) {
  const names = useNames()
  const tasks = (useQuery(tasksQuery).data ?? []).filter((task) => task.agent === agent)
  const cases = [...new Set(tasks.map((task) => task.case))].slice(0, MAX_CASES)
  const found = useQueries({ queries: cases.map((id) => caseCallsQuery(id)) })
  const calls = found
    .flatMap(({ data }, at) => (data ?? []).map((call) => ({ ...call, case: cases[at] ?? '' })))
    .filter((call) => call.agent === agent)
    .toSorted((a, b) => b.created_at_ms - a.created_at_ms)
  return (
    // Not a landmark: every agent has one.
    // biome-ignore lint/a11y/useSemanticElements: it is no set of fields
    <div aria-label="What it touched" role="group">
      <h3>
        {tasks.length === 1 ? '1 open session' : `${tasks.length} open sessions`},{' '}
        {calls.length === 1 ? '1 call' : `${calls.length} calls`} in their cases
      </h3>
      <ul>
        {calls.slice(0, SHOWN).map((call) => (
          <li key={call.id} className={own.call}>
            <Chip tone={effectTone(call.effect)}>{call.effect}</Chip>
            <span>{actionText(call.action)}</span>
            <code>{visible(call.tool)}</code>
            <span className={css.soft}>
              {plainWords(call.outcome ?? call.state)}, <When atMs={call.created_at_ms} />,{' '}
              <Link to="/cases/$id" params={{ id: names.caseRef(call.case) }}>
                {visible(names.caseRef(call.case))}
              </Link>
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
