/**
 * What differs from what the agent asked for first, and from the last act like this that somebody approved. It is
 * fetched after the request itself: nobody waits for it to read what is asked.
 */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useNames } from '../api/names.ts'
import { approvalQuery, requestsOfCaseQuery } from '../api/queries.ts'
import type { Approval } from '../api/wire.ts'
import { Foreign } from '../ui/foreign.tsx'
import { Loading } from '../ui/states.tsx'
import { Table } from '../ui/table.tsx'
import { When } from '../ui/when.tsx'
import css from './compared.module.css'
import type { DecisionProps } from './decision-props.ts'
import { type Difference, differences } from './differences.ts'
import { firstProposal } from './earlier.ts'
import { type Package, readPackage } from './package.ts'

export function Compared({ request, shown }: DecisionProps) {
  const all = useQuery(requestsOfCaseQuery(request.case)).data
  const first = all && firstProposal(request.id, all)
  const approved = shown.similar.find(
    ({ state, action }) => state === 'approved' && action === request.action,
  )
  return (
    <div className={css.both}>
      {first !== undefined && (
        <Against id={first} now={{ request, shown }} title="Against the agent’s first proposal" />
      )}
      {approved !== undefined && approved.request !== first && (
        <Against
          id={approved.request}
          now={{ request, shown }}
          title="Against the last like it that was approved"
        />
      )}
    </div>
  )
}

function Against({
  id,
  title,
  now,
}: {
  readonly id: string
  readonly title: string
  readonly now: DecisionProps
}) {
  const before = useQuery(approvalQuery(id))
  if (before.isPending) return <Loading rows={2} label="Loading what it is compared with" />
  const old = before.data && packageIn(before.data)
  return (
    <section className={css.one} aria-label={title}>
      <h3 className={css.title}>
        <Link to="/approvals/$id" params={{ id }}>
          {title}
        </Link>
        {before.data !== undefined && <Whose request={before.data} />}
      </h3>
      {before.data === undefined || old === undefined ? (
        <p>It can no longer be read, so nothing is compared.</p>
      ) : (
        <Differences found={differences({ request: before.data, shown: old }, now)} />
      )}
    </section>
  )
}

function Whose({ request }: { readonly request: Approval }) {
  const names = useNames()
  const { decided_by: by, decided_at_ms: at, reason_code: reason } = request
  return (
    <span className={css.whose}>
      {by === undefined
        ? 'not decided'
        : `${reason === 'modified' ? 'changed' : request.state} by `}
      {by !== undefined && names.person(by)}
      {at !== undefined && (
        <>
          {', '}
          <When atMs={at} />
        </>
      )}
    </span>
  )
}

function Differences({ found }: { readonly found: readonly Difference[] }) {
  if (found.length === 0) return <p>The same values, asked of the same people.</p>
  return (
    <Table
      caption="What differs"
      heads={['What', 'Then', 'Now']}
      rows={found.map(({ name, before, after }) => ({
        key: name,
        cells: [
          <Foreign key="name" text={name} cutAt={80} />,
          shownValue(before),
          shownValue(after),
        ],
      }))}
    />
  )
}

function shownValue(text: string | undefined) {
  return text === undefined ? <em>not there</em> : <Foreign text={text} cutAt={200} />
}

function packageIn({ package: part }: Approval): Package | undefined {
  return part.state === 'present' ? readPackage(part.value) : undefined
}
