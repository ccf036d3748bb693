/** Every case the gateway knows, open ones first, the worst of them on top. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { casesQuery } from '../api/case-queries.ts'
import type { Case } from '../api/wire.ts'
import { Chip } from '../ui/chip.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { SearchField } from '../ui/search-field.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'
import css from './case-list.module.css'

export function CaseList() {
  const cases = useQuery(casesQuery)
  const [text, setText] = useState('')
  if (cases.isPending) return <Loading rows={8} label="Loading the cases" />
  if (cases.isError) return <Trouble error={cases.error} onRetry={() => void cases.refetch()} />
  const words = text.toLowerCase()
  const shown = cases.data
    .filter((each) =>
      `${each.external_ref} ${each.title} ${each.tags.join(' ')}`.toLowerCase().includes(words),
    )
    .sort(openAndWorstFirst)
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>Cases</h1>
        <SearchField
          label="Search the cases"
          hint="Number, title, tag"
          value={text}
          onChange={setText}
        />
      </header>
      {shown.length === 0 && (
        <Nothing icon="cases" title={text === '' ? 'No case is known yet.' : 'Nothing matches.'} />
      )}
      <ul className={css.list}>
        {shown.map((each) => (
          <li key={each.id}>
            <CaseRow record={each} />
          </li>
        ))}
      </ul>
    </div>
  )
}

function CaseRow({ record }: { readonly record: Case }) {
  return (
    <Link to="/cases/$id" params={{ id: record.external_ref }} className={css.row}>
      <code className={css.ref}>{record.external_ref}</code>
      <span className={css.title}>
        <Foreign text={record.title} cutAt={120} />
      </span>
      <span className={css.chips}>
        <Chip tone={record.severity <= 2 ? 'warn' : 'plain'}>severity {record.severity}</Chip>
        <Chip tone={record.state === 'open' ? 'accent' : 'plain'}>{record.state}</Chip>
      </span>
      <span className={css.when}>
        seen <When atMs={record.observed_at_ms} />
      </span>
    </Link>
  )
}

function openAndWorstFirst(a: Case, b: Case): number {
  if (a.state !== b.state) return a.state === 'open' ? -1 : 1
  return a.severity - b.severity || b.observed_at_ms - a.observed_at_ms
}
