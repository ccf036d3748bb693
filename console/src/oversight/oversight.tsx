/** How people decide: how much they are asked, how long they take, what they say. Every figure is in a table, too. */
import { SegmentedControl } from '@mantine/core'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { getRouteApi } from '@tanstack/react-router'
import { get } from '../api/client.ts'
import type { Oversight as Report } from '../api/wire.ts'
import css from '../ui/rows.module.css'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'
import { Days } from './days.tsx'
import { SPANS } from './oversight-search.ts'
import { PeopleFigures } from './people-figures.tsx'
import { Reviews } from './reviews.tsx'
import { Rules } from './rules.tsx'
import { Tiles } from './tiles.tsx'

const route = getRouteApi('/oversight')
const DEFAULT_DAYS = 28
/** Closed rows are counted, so a look every few minutes is plenty. */
const STALE_MS = 5 * 60_000

const oversightQuery = (days: number) =>
  queryOptions({
    queryKey: ['oversight', days],
    queryFn: ({ signal }) => get<Report>(`/api/v1/oversight?days=${days}`, signal),
    staleTime: STALE_MS,
    retry: false,
  })

export function Oversight() {
  const { days = DEFAULT_DAYS } = route.useSearch()
  const navigate = route.useNavigate()
  const report = useQuery(oversightQuery(days))
  return (
    <div className={css.page}>
      <header className={css.head}>
        <h1>Oversight</h1>
        <SegmentedControl
          aria-label="How far back"
          data={SPANS.map((span) => ({ value: String(span), label: `${span} days` }))}
          value={String(days)}
          onChange={(value) => void navigate({ search: { days: Number(value) } })}
        />
      </header>
      {report.isPending && <Loading rows={8} label="Loading the figures" />}
      {report.isError && (
        <Trouble
          error={report.error}
          forbidden="How people decide is shown to those who answer for them: leads, auditors, privacy."
          onRetry={() => void report.refetch()}
        />
      )}
      {report.data !== undefined && <Figures report={report.data} />}
    </div>
  )
}

function Figures({ report }: { readonly report: Report }) {
  return (
    <>
      <p className={css.soft}>
        Requests asked since <When atMs={report.from_ms} />
        {report.whole ? '' : '; there were more than are read, so the count begins here'}. Days are
        UTC. A share of nothing is left out.
      </p>
      <Tiles report={report} />
      {report.outcomes.asked === 0 ? (
        <Nothing icon="oversight" title="Nobody was asked anything in this time." />
      ) : (
        <>
          <Days report={report} />
          <Rules report={report} />
        </>
      )}
      <PeopleFigures report={report} />
      <Reviews report={report} />
    </>
  )
}
