/** What runs without being asked, on whose signature; ending one, and signing one. */
import { useQuery } from '@tanstack/react-query'
import { meQuery } from '../api/queries.ts'
import { Panel } from '../ui/panel.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { SignForm } from './sign-form.tsx'
import css from './standing.module.css'
import { StandingItem } from './standing-item.tsx'
import { standingQuery } from './use-standing.ts'

export function Standing() {
  const me = useQuery(meQuery).data
  const plans = useQuery(standingQuery)
  if (plans.isError) return <Trouble error={plans.error} onRetry={() => void plans.refetch()} />
  if (me === undefined || plans.data === undefined)
    return <Loading rows={6} label="Loading what is pre-approved" />
  const live = plans.data.filter(({ state }) => state === 'live')
  return (
    <div className={css.page}>
      <h1 className={css.title}>Pre-approved</h1>
      <Panel title="In force" note={`${plans.data.length - live.length} ended`}>
        {live.length === 0 ? (
          <Nothing icon="policies" title="Nothing is pre-approved. Every call is decided." />
        ) : (
          <ul className={css.list}>
            {live.map((plan) => (
              <StandingItem key={plan.id} plan={plan} />
            ))}
          </ul>
        )}
      </Panel>
      <Panel title="Sign one">
        <SignForm me={me} />
      </Panel>
    </div>
  )
}
