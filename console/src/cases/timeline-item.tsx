/** One entry: who, what, when; opened, the words and results behind it and its proof. */
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import { useNames } from '../api/names.ts'
import { Icon } from '../ui/icon.tsx'
import { When } from '../ui/when.tsx'
import { EntryPayload } from './entry-payload.tsx'
import { EntryProof } from './entry-proof.tsx'
import type { Story, TimelineEntry } from './story.ts'
import css from './timeline-item.module.css'

export function TimelineItem({
  entry,
  story,
  caseId,
  checkpointSize,
}: {
  readonly entry: TimelineEntry
  readonly story: Story
  readonly caseId: string
  readonly checkpointSize: number
}) {
  const [isOpen, setOpen] = useState(false)
  const { request } = entry.data
  return (
    <li className={css.item} data-tone={story.tone}>
      <span className={css.dot}>
        <Icon name={story.icon} size={14} />
      </span>
      <details className={css.details} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className={css.summary}>
          <span className={css.text}>
            <strong>
              <Actor entry={entry} />
            </strong>{' '}
            {story.text}
          </span>
          <span className={css.when}>
            <When atMs={entry.at_ms} />
          </span>
        </summary>
        {isOpen && (
          <div className={css.body}>
            {typeof request === 'string' && (
              <Link to="/approvals/$id" params={{ id: request }}>
                Open the request
              </Link>
            )}
            {entry.payloads.map(({ name }) => (
              <EntryPayload key={name} caseId={caseId} entryId={entry.id} name={name} />
            ))}
            <EntryProof
              entry={entry}
              isCovered={entry.index < checkpointSize}
              size={checkpointSize}
            />
          </div>
        )}
      </details>
    </li>
  )
}

function Actor({ entry }: { readonly entry: TimelineEntry }) {
  const names = useNames()
  const { kind, id } = entry.actor
  if (kind === 'person') return <>{names.person(id)}:</>
  if (kind === 'agent') return <>{names.agent(id)}:</>
  return <>gateway:</>
}
