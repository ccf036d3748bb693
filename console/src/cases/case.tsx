/** One case: who worked on it, what was asked, decided and done, entry by entry, each with its proof. */
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { type ReactNode, useState } from 'react'
import { caseQuery, timelineQuery } from '../api/case-queries.ts'
import { meQuery } from '../api/queries.ts'
import type { Case, Timeline } from '../api/wire.ts'
import { Chip } from '../ui/chip.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Icon } from '../ui/icon.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { AlertGroups } from './alert-groups.tsx'
import css from './case.module.css'
import { EvidenceIndex } from './evidence-index.tsx'
import { ExportButton } from './export-button.tsx'
import { shareOf } from './share.ts'
import { KIND_NAMES, KINDS, storyOf } from './story.ts'
import { TimelineItem } from './timeline-item.tsx'

export function CasePage() {
  const { id } = useParams({ from: '/cases/$id' })
  const record = useQuery(caseQuery(id))
  const timeline = useQuery(timelineQuery(id))
  if (record.isError) return <Trouble error={record.error} />
  if (record.isPending) return <Loading rows={8} label="Loading the case" />
  return (
    <div className={css.page}>
      <CaseHead record={record.data} />
      <Shelf title="Alerts">
        <AlertGroups caseId={id} />
      </Shelf>
      <Shelf title="Evidence">
        <EvidenceIndex caseId={id} />
      </Shelf>
      {timeline.isPending && <Loading rows={8} label="Loading the timeline" />}
      {timeline.isError && (
        <Trouble error={timeline.error} onRetry={() => void timeline.refetch()} />
      )}
      {timeline.data !== undefined && <Entries timeline={timeline.data} />}
    </div>
  )
}

function CaseHead({ record }: { readonly record: Case }) {
  const me = useQuery(meQuery).data
  return (
    <header className={css.head}>
      <Link to="/cases" className={css.back}>
        <Icon name="back" /> All cases
      </Link>
      <h1 className={css.title}>
        <code className={css.ref}>{record.external_ref}</code>{' '}
        <Foreign text={record.title} cutAt={200} />
      </h1>
      <div className={css.chips}>
        <Chip tone={record.severity <= 2 ? 'warn' : 'plain'}>severity {record.severity}</Chip>
        <Chip tone={record.state === 'open' ? 'accent' : 'plain'}>{record.state}</Chip>
        {record.tags.map((tag) => (
          <Chip key={tag}>{tag}</Chip>
        ))}
        <ExportButton
          caseId={record.id}
          isAllowed={me?.permissions.includes('case.export') === true}
        />
      </div>
    </header>
  )
}

/** Folded: the timeline is the story, these are its library. Nothing is fetched before it is opened. */
function Shelf({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <details className={css.evidence} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className={css.evidenceTitle}>{title}</summary>
      {isOpen && children}
    </details>
  )
}

/** Agents helped, steered and acted so often; the calls themselves are below. */
function Done({ entries }: { readonly entries: Timeline['entries'] }) {
  const { assisted, steered, acted } = shareOf(entries)
  return (
    <p className={css.done}>
      <Chip icon="eye">{assisted} × read or noted</Chip>
      <Chip icon="info">{steered} × steered the case</Chip>
      <Chip icon="target" tone={acted > 0 ? 'warn' : 'plain'}>
        {acted} × acted outside
      </Chip>
    </p>
  )
}

function Entries({ timeline }: { readonly timeline: Timeline }) {
  const { kind } = useSearch({ from: '/cases/$id' })
  const navigate = useNavigate()
  const all = timeline.entries.map((entry) => ({ entry, story: storyOf(entry) }))
  const shown = all.filter(({ story }) => kind === undefined || story.kind === kind)
  const choose = (next: (typeof KINDS)[number] | undefined) =>
    void navigate({ to: '.', search: next === undefined ? {} : { kind: next }, replace: true })
  return (
    <section aria-label="Timeline">
      <Done entries={timeline.entries} />
      <fieldset className={css.filters} aria-label="Kinds of entries">
        <button type="button" aria-pressed={kind === undefined} onClick={() => choose(undefined)}>
          All {all.length}
        </button>
        {KINDS.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={kind === each}
            onClick={() => choose(each)}
          >
            {KIND_NAMES[each]} {all.filter(({ story }) => story.kind === each).length}
          </button>
        ))}
      </fieldset>
      {shown.length === 0 && <Nothing icon="info" title="Nothing of this kind yet." />}
      <ol className={css.entries}>
        {shown.map(({ entry, story }) => (
          <TimelineItem
            key={entry.index}
            entry={entry}
            story={story}
            caseId={timeline.case}
            checkpointSize={timeline.checkpoint?.size ?? 0}
          />
        ))}
      </ol>
    </section>
  )
}
