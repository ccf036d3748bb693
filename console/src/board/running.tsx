/** Which agents and plans are at work: for whom and how long still, what each has touched, what its budgets leave. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useNames } from '../api/names.ts'
import { agentsQuery, runningQuery } from '../api/queries.ts'
import type { RunningPlan, RunningSession } from '../api/wire.ts'
import { actionText, plainWords } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Panel } from '../ui/panel.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { Left } from '../ui/when.tsx'
import css from './board.module.css'
import { Budgets } from './budgets.tsx'
import { TouchedSoFar } from './touched-so-far.tsx'

export function Running() {
  const running = useQuery(runningQuery)
  if (running.isPending) return <Loading label="Loading what runs" />
  if (running.isError)
    return <Trouble error={running.error} onRetry={() => void running.refetch()} />
  const { sessions, total, plans } = running.data
  const unseen = total - sessions.length
  return (
    <>
      <Panel title={counted('Agents at work', total)}>
        {total === 0 && <Nothing icon="agents" title="No agent has an open session." />}
        <ul>
          {sessions.map((session) => (
            <Session key={session.id} session={session} />
          ))}
        </ul>
        {unseen > 0 && <p className={css.soft}>{unseen} older sessions are not shown.</p>}
      </Panel>
      <Panel title={counted('Plans at work', plans.length)}>
        {plans.length === 0 && <Nothing icon="policies" title="No plan runs." />}
        <ul>
          {plans.map((plan) => (
            <PlanAtWork key={plan.id} plan={plan} />
          ))}
        </ul>
      </Panel>
    </>
  )
}

function counted(title: string, count: number): string {
  return count === 0 ? title : `${title}: ${count}`
}

function Session({ session }: { readonly session: RunningSession }) {
  const names = useNames()
  const agent = useQuery(agentsQuery).data?.find(({ id }) => id === session.agent)
  const isSuspended = agent?.state === 'suspended'
  return (
    <li className={css.work}>
      <div className={css.headline}>
        <span>
          <strong>{visible(names.agent(session.agent))}</strong> {plainWords(session.purpose)}s in{' '}
          <CaseLink id={session.case} />{' '}
          <span className={css.soft}>for {visible(names.person(session.on_behalf_of))}</span>{' '}
          {isSuspended && (
            <Chip tone="danger" icon="stop">
              suspended
            </Chip>
          )}
        </span>
        <span className={css.soft}>
          <Left untilMs={session.expires_at_ms} /> left
        </span>
      </div>
      <TouchedSoFar tools={session.tools} targets={session.targets} />
      <Budgets budgets={session.budgets} />
    </li>
  )
}

function PlanAtWork({ plan }: { readonly plan: RunningPlan }) {
  const names = useNames()
  return (
    <li className={css.work}>
      <div className={css.headline}>
        <span>
          <Link to="/approvals/$id" params={{ id: plan.approval }}>
            up to {visible(actionText(plan.action))}
          </Link>
          , {plan.steps_run} of {plan.steps === 1 ? '1 step' : `${plan.steps} steps`} taken, by{' '}
          <strong>{visible(names.agent(plan.agent))}</strong> in <CaseLink id={plan.case} />{' '}
          <span className={css.soft}>held by {visible(names.person(plan.holder))}</span>
        </span>
        <span className={css.soft}>
          <Left untilMs={plan.deadline_ms} /> left
        </span>
      </div>
      <TouchedSoFar tools={plan.tools} targets={plan.targets} />
      {plan.budgets.length === 0 ? (
        <p className={css.soft}>What the plan says was erased, and its caps with it.</p>
      ) : (
        <Budgets budgets={plan.budgets} />
      )}
    </li>
  )
}

function CaseLink({ id }: { readonly id: string }) {
  const ref = useNames().caseRef(id)
  return (
    <Link to="/cases/$id" params={{ id: ref }}>
      {visible(ref)}
    </Link>
  )
}
