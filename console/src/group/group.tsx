/** One decision for several requests: all of them or none, each opened here before anybody signs the list. */
import { getRouteApi, Link } from '@tanstack/react-router'
import { kindText, verbText } from '../approvals/words.ts'
import { Chip } from '../ui/chip.tsx'
import { Digest } from '../ui/digest.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Panel } from '../ui/panel.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import type { Seen } from './bind-group.ts'
import css from './group.module.css'
import { GroupForm } from './group-form.tsx'
import { idList } from './group-search.ts'
import { useMembers } from './use-group.ts'

const route = getRouteApi('/approvals/group')

export function Group() {
  const search = route.useSearch()
  const members = useMembers(idList(search.members))
  const excluded = useMembers(idList(search.except))
  const error = members.error ?? excluded.error
  if (idList(search.members).length < 2)
    return <Nothing icon="info" title="A group is two requests or more." />
  if (error !== undefined) return <Trouble error={error} />
  if (members.seen === undefined || excluded.seen === undefined)
    return <Loading rows={8} label="Loading the group" />
  const isSound = members.isSound === true && excluded.isSound === true
  return (
    <article className={css.group}>
      <h1 className={css.title}>
        {members.seen.length} requests, one decision: all of them or none
      </h1>
      <Panel title="Decided together">
        <Members seen={members.seen} />
      </Panel>
      {excluded.seen.length > 0 && (
        <Panel title="Left out on purpose" note="the record names them">
          <Members seen={excluded.seen} />
        </Panel>
      )}
      <GroupForm members={members.seen} excluded={excluded.seen} isSound={isSound} />
    </article>
  )
}

function Members({ seen }: { readonly seen: readonly Seen[] }) {
  return (
    <ul className={css.members}>
      {seen.map(({ request, shown }) => (
        <li key={request.id} className={css.member}>
          <span>
            <Foreign text={shown.agentName} cutAt={40} /> wants to {verbText(shown.action)}{' '}
            {shown.targets.map(({ kind, id }) => (
              <span key={`${kind} ${id}`}>
                {kindText(kind)}{' '}
                <code>
                  <Foreign text={id} cutAt={80} />
                </code>{' '}
              </span>
            ))}
            for case <Foreign text={shown.caseRef} cutAt={40} />
          </span>
          <span className={css.marks}>
            {request.state !== 'pending' && <Chip tone="danger">{request.state}</Chip>}
            <Digest value={request.action_digest} label="the digest of the action" />
            <Link to="/approvals/$id" params={{ id: request.id }} search={{}}>
              Open alone
            </Link>
          </span>
        </li>
      ))}
    </ul>
  )
}
