/** What happened to the request so far: who did what and when, and which entry of the log says so. */
import { useQuery } from '@tanstack/react-query'
import { historyQuery } from '../api/queries.ts'
import { storyOf } from '../cases/story.ts'
import { TimelineItem } from '../cases/timeline-item.tsx'
import { Panel } from '../ui/panel.tsx'
import { Loading, Trouble } from '../ui/states.tsx'

export function History({ id }: { readonly id: string }) {
  const history = useQuery(historyQuery(id))
  if (history.isPending) return <Loading rows={3} label="Loading what happened" />
  if (history.isError)
    return <Trouble error={history.error} onRetry={() => void history.refetch()} />
  const { case: caseId, checkpoint, entries } = history.data
  const size = checkpoint?.size ?? 0
  const covered = entries.filter(({ index }) => index < size).length
  return (
    <Panel
      title="What happened so far"
      note={`${covered} of ${entries.length} entries in a signed checkpoint`}
    >
      <ol>
        {entries.map((entry) => (
          <TimelineItem
            key={entry.index}
            entry={entry}
            story={storyOf(entry)}
            caseId={caseId}
            checkpointSize={size}
          />
        ))}
      </ol>
    </Panel>
  )
}
