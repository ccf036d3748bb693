/** The first run: a key that signs, an agent that is connected, and the first decision. Each step shows when it is done. */
import { useQuery } from '@tanstack/react-query'
import { casesQuery } from '../api/case-queries.ts'
import { agentsQuery, meQuery, queueQuery, tasksQuery } from '../api/queries.ts'
import type { Me } from '../api/wire.ts'
import { plainWords } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import css from '../ui/rows.module.css'
import { Loading, Trouble } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'
import { Connect } from './connect.tsx'
import { Decide } from './decide.tsx'
import { SignHere } from './sign-here.tsx'
import own from './start.module.css'
import { Step } from './step.tsx'

export function Start() {
  const me = useQuery(meQuery)
  const agents = useQuery(agentsQuery)
  const cases = useQuery(casesQuery)
  const tasks = useQuery(tasksQuery)
  const waiting = useQuery(queueQuery({ view: 'waiting', q: '' }, 0))
  const decided = useQuery(queueQuery({ view: 'decided', q: '' }, 0))
  const all = [me, agents, cases, tasks, waiting, decided]
  const failed = all.find(({ isError }) => isError)
  return (
    <div className={css.page}>
      <h1>First run</h1>
      {failed !== undefined && (
        <Trouble error={failed.error} onRetry={() => void failed.refetch()} />
      )}
      {failed === undefined && all.some(({ isPending }) => isPending) && (
        <Loading rows={8} label="Loading the first run" />
      )}
      {me.data && agents.data && cases.data && tasks.data && waiting.data && decided.data && (
        <ol className={own.steps}>
          <SignedIn me={me.data} />
          <Connect agents={agents.data} cases={cases.data} tasks={tasks.data} />
          <SignHere me={me.data} />
          <Decide waiting={waiting.data.approvals} decided={decided.data.approvals} />
        </ol>
      )}
    </div>
  )
}

function SignedIn({ me }: { readonly me: Me }) {
  const [duty] = me.duty
  return (
    <Step title={`You are ${visible(me.name)}`} state="done">
      <p>
        {me.roles.map(plainWords).join(', ')}.{' '}
        {duty === undefined ? (
          'You are on no shift now, so requests go to somebody else.'
        ) : (
          <>
            On duty as {plainWords(duty.role)} until <When atMs={duty.to_ms} />.
          </>
        )}
      </p>
    </Step>
  )
}
