/** One change: what it would do against what stands now, who wants it and why, and being the second person. */
import { useQuery } from '@tanstack/react-query'
import { getRouteApi, Link } from '@tanstack/react-router'
import { Fragment } from 'react'
import { useNames } from '../api/names.ts'
import type { ShownChange } from '../api/wire.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Digest } from '../ui/digest.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Panel } from '../ui/panel.tsx'
import css from '../ui/rows.module.css'
import { Loading, Trouble } from '../ui/states.tsx'
import { Left, When } from '../ui/when.tsx'
import { ChangeVerbs } from './change-verbs.tsx'
import { changeState, kindWords } from './change-words.ts'
import { Sides } from './sides.tsx'
import { aboutOf, instantsOf } from './stands-now.ts'
import { changeQuery } from './use-changes.ts'

const route = getRouteApi('/changes/$id')

export function ChangePage() {
  const { id } = route.useParams()
  const change = useQuery(changeQuery(id))
  if (change.isPending)
    return (
      <div className={css.page}>
        <h1>Change</h1>
        <Loading rows={8} label="Loading the change" />
      </div>
    )
  if (change.isError) return <Trouble error={change.error} onRetry={() => void change.refetch()} />
  return <Shown change={change.data} />
}

function Shown({ change }: { readonly change: ShownChange }) {
  const names = useNames()
  const [words, tone] = changeState(change.state)
  const did =
    change.state === 'alone' || change.state === 'reviewed' ? 'chose alone to' : 'wants to'
  return (
    <div className={css.page}>
      <p>
        <Link to="/changes">All changes</Link>
      </p>
      <header className={css.head}>
        <h1>
          {visible(names.person(change.proposed_by))} {did} {kindWords(change.kind)}
        </h1>
        <Chip tone={tone}>{words}</Chip>
      </header>
      <Panel title="Why">
        <Why change={change} />
      </Panel>
      <Panel title="What it would do" note={<Digest value={change.digest} label="the digest" />}>
        {change.content === undefined ? (
          <p className={css.soft}>What was proposed is erased.</p>
        ) : (
          <Sides change={change} />
        )}
      </Panel>
      <ChangeVerbs change={change} />
    </div>
  )
}

function Why({ change }: { readonly change: ShownChange }) {
  const names = useNames()
  const { person, agent } = aboutOf(change.content)
  return (
    <>
      <p>
        {change.reason === undefined ? 'The reason is erased.' : <Foreign text={change.reason} />}
      </p>
      <dl className={css.facts}>
        {person !== undefined && (
          <>
            <dt>About</dt>
            <dd>{visible(names.person(person))}</dd>
          </>
        )}
        {agent !== undefined && (
          <>
            <dt>About</dt>
            <dd>{visible(names.agent(agent))}</dd>
          </>
        )}
        {instantsOf(change.content).map(([name, atMs]) => (
          <Fragment key={name}>
            <dt>{name}</dt>
            <dd>
              <When atMs={atMs} />
            </dd>
          </Fragment>
        ))}
        <dt>Proposed</dt>
        <dd>
          <When atMs={change.created_at_ms} />
        </dd>
        {change.decided_by !== undefined && change.decided_at_ms !== undefined && (
          <>
            <dt>Second person</dt>
            <dd>
              {visible(names.person(change.decided_by))}, <When atMs={change.decided_at_ms} />
            </dd>
          </>
        )}
        {change.decided_at_ms === undefined && (
          <>
            <dt>Time left</dt>
            <dd>
              <Left untilMs={change.due_at_ms} />
            </dd>
          </>
        )}
      </dl>
    </>
  )
}
