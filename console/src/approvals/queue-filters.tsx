/** What of the queue is shown. It stands in the address, so that it can be sent to somebody. */
import { SegmentedControl, TextInput } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import type { ApprovalSummary, Me } from '../api/wire.ts'
import { Icon } from '../ui/icon.tsx'
import css from './queue-filters.module.css'
import { isMine } from './queue-order.ts'
import { QUEUE_VIEWS, type QueueSearch } from './queue-search.ts'

export function QueueFilters({
  all,
  me,
  search,
}: {
  readonly all: readonly ApprovalSummary[]
  readonly me: Me
  readonly search: QueueSearch
}) {
  const navigate = useNavigate()
  const change = (next: QueueSearch) =>
    void navigate({ to: '.', search: { ...search, ...next }, replace: true })
  const waiting = all.filter(({ state }) => state === 'pending')
  const labels = {
    mine: `Mine ${waiting.filter((request) => isMine(request, me)).length}`,
    waiting: `Waiting ${waiting.length}`,
    decided: 'Decided',
  }
  return (
    <div className={css.filters}>
      <SegmentedControl
        fullWidth
        aria-label="Which requests"
        value={search.view ?? 'waiting'}
        onChange={(view) => change({ view: QUEUE_VIEWS.find((known) => known === view) })}
        data={QUEUE_VIEWS.map((view) => ({ value: view, label: labels[view] }))}
      />
      <TextInput
        aria-label="Search the queue"
        placeholder="Agent, case, action, owner"
        leftSection={<Icon name="search" size={14} />}
        value={search.q ?? ''}
        onChange={(event) => change({ q: event.currentTarget.value || undefined })}
        id="queue-search"
      />
    </div>
  )
}
