/** What of the queue is shown. It stands in the address, so that it can be sent to somebody. */
import { SegmentedControl, TextInput } from '@mantine/core'
import { useDebouncedCallback } from '@mantine/hooks'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { useEffect, useRef, useState } from 'react'
import { countsQuery } from '../api/queries.ts'
import { Icon } from '../ui/icon.tsx'
import css from './queue-filters.module.css'
import { QUEUE_VIEWS, type QueueSearch } from './queue-search.ts'

/** Long enough not to ask at every letter, short enough to feel at once. */
const TYPING_MS = 180

export function QueueFilters({ search }: { readonly search: QueueSearch }) {
  const navigate = useNavigate()
  const counts = useQuery(countsQuery).data
  const change = (next: QueueSearch) =>
    void navigate({ to: '.', search: { ...search, ...next }, replace: true })
  const labels = {
    mine: `Mine ${numberText(counts?.mine)}`,
    teams: `My teams ${numberText(counts?.teams)}`,
    waiting: `All ${numberText(counts?.waiting)}`,
    decided: 'Decided',
  }
  return (
    <div className={css.filters}>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label="Which requests"
        value={search.view ?? 'waiting'}
        onChange={(view) => change({ view: QUEUE_VIEWS.find((known) => known === view) })}
        data={QUEUE_VIEWS.map((view) => ({ value: view, label: labels[view] }))}
      />
      <QueueText q={search.q ?? ''} onChange={(q) => change({ q: q || undefined })} />
    </div>
  )
}

/** What is typed stays here until the typing pauses: a letter never waits for the list. */
function QueueText({
  q,
  onChange,
}: {
  readonly q: string
  readonly onChange: (q: string) => void
}) {
  const [typed, setTyped] = useState(q)
  const input = useRef<HTMLInputElement>(null)
  const tell = useDebouncedCallback(onChange, TYPING_MS)
  // The address may change by a link; while somebody types, what they type holds.
  useEffect(() => {
    if (document.activeElement !== input.current) setTyped(q)
  }, [q])
  return (
    <TextInput
      ref={input}
      aria-label="Search the queue"
      placeholder="Target, agent, case, tool, owner"
      leftSection={<Icon name="search" size={14} />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value)
        tell(event.currentTarget.value)
      }}
      id="queue-search"
    />
  )
}

function numberText(count: number | undefined): string {
  return count === undefined ? '' : count.toLocaleString('en')
}
