/**
 * The alerts agents read in the case, put together where they are the same but for when: one tool server, one rule, one
 * target. Every word of them was written by strangers.
 */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { get } from '../api/client.ts'
import type { AlertCluster, AlertClusters } from '../api/wire.ts'
import { EvidenceText } from '../approvals/evidence-text.tsx'
import { actionText, effectStateText } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Chip } from '../ui/chip.tsx'
import { Foreign } from '../ui/foreign.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { When } from '../ui/when.tsx'
import own from './alert-groups.module.css'
import css from './evidence-index.module.css'

/** As much as the gateway gives of a name: a summary is pressed as a whole, so nothing in it is. */
const CUT_AT = 300

const alertClustersQuery = (ref: string) =>
  queryOptions({
    queryKey: ['case', 'alert-clusters', ref],
    queryFn: ({ signal }) =>
      get<AlertClusters>(`/api/v1/cases/${encodeURIComponent(ref)}/alert-clusters`, signal),
  })

export function AlertGroups({ caseId }: { readonly caseId: string }) {
  const found = useQuery(alertClustersQuery(caseId))
  if (found.isPending) return <Loading rows={3} label="Loading the alerts" />
  if (found.isError) return <Trouble error={found.error} onRetry={() => void found.refetch()} />
  const { clusters } = found.data
  return (
    <div className={css.index}>
      <p className={css.count}>{sumOf(found.data)}</p>
      {clusters.length === 0 && (
        <Nothing icon="info" title="No recorded result holds an alert.">
          An alert is a record that names the rule or signature that raised it.
        </Nothing>
      )}
      <ol className={css.items}>
        {clusters.map((cluster) => (
          <Cluster key={keyOf(cluster)} cluster={cluster} />
        ))}
      </ol>
    </div>
  )
}

function sumOf({ clusters, total, results, searched, is_cut: isCut }: AlertClusters): string {
  const alerts = clusters.reduce((sum, { count }) => sum + count, 0)
  return [
    `${counted(alerts, 'alert')} in ${counted(clusters.length, 'group')}, each with one source, rule and target`,
    total > clusters.length ? `; ${total - clusters.length} smaller groups are not shown` : '',
    searched < results ? `; ${searched} of ${results} results could be looked at` : '',
    isCut ? '; there were more alerts than are counted' : '',
  ].join('')
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString()} ${what}${count === 1 ? '' : 's'}`
}

function keyOf({ source, rule, target }: AlertCluster): string {
  return JSON.stringify([source, rule, target?.as, target?.value])
}

function Cluster({ cluster }: { readonly cluster: AlertCluster }) {
  const [isOpen, setOpen] = useState(false)
  const { source, rule, target, count, acts } = cluster
  return (
    <li>
      <details className={css.item} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className={css.summary}>
          <strong className={own.count}>{count.toLocaleString()} ×</strong>
          <span className={own.rule}>
            <Foreign text={rule} cutAt={CUT_AT} />
          </span>
          {target === undefined ? (
            <Chip icon="info">names no target</Chip>
          ) : (
            <span className={own.rule}>
              {target.as} <Foreign text={target.value} cutAt={CUT_AT} />
            </span>
          )}
          {acts.length > 0 && (
            <Chip icon="target" tone="warn">
              acted upon
            </Chip>
          )}
          <span className={css.when}>
            <When atMs={cluster.first_ms} />
            {cluster.last_ms > cluster.first_ms && (
              <>
                {' to '}
                <When atMs={cluster.last_ms} />
              </>
            )}
          </span>
        </summary>
        {isOpen && (
          <div className={own.inside}>
            <p className={css.count}>
              Read from <code>{visible(source)}</code>. {TIMES[cluster.timed_by]}
            </p>
            <Acts acts={acts} />
            <Members cluster={cluster} />
          </div>
        )}
      </details>
    </li>
  )
}

const TIMES: Readonly<Record<AlertCluster['timed_by'], string>> = {
  record: 'The times are what the alerts say.',
  read: 'Not every alert says when it happened: the times are when they were read.',
}

function Acts({ acts }: { readonly acts: AlertCluster['acts'] }) {
  if (acts.length === 0) return null
  return (
    <ul aria-label="What was done to what they name">
      {acts.map((act) => (
        <li key={act.call}>
          <strong>{visible(actionText(act.action))}</strong> with <code>{visible(act.tool)}</code>,{' '}
          {effectStateText(act.state)}, <When atMs={act.at_ms} />
        </li>
      ))}
    </ul>
  )
}

function Members({ cluster: { members, count } }: { readonly cluster: AlertCluster }) {
  return (
    <>
      <ol aria-label="Alerts" className={own.members}>
        {members.map((member) => (
          <Member key={`${member.evidence}${member.path}`} member={member} />
        ))}
      </ol>
      {count > members.length && (
        <p className={css.count}>The newest {members.length} are shown.</p>
      )}
    </>
  )
}

function Member({ member }: { readonly member: AlertCluster['members'][number] }) {
  const [isWhole, setWhole] = useState(false)
  const { evidence, text, is_cut: isCut, at_ms: atMs } = member
  return (
    <li className={own.member}>
      {atMs !== undefined && (
        <span className={css.count}>
          <When atMs={atMs} />
        </span>
      )}
      <code>
        <Foreign text={text} />
        {isCut && ' …'}
      </code>
      <button
        type="button"
        className={own.whole}
        aria-expanded={isWhole}
        onClick={() => setWhole(!isWhole)}
      >
        the whole result it was read from
      </button>
      {isWhole && <EvidenceText id={evidence} />}
    </li>
  )
}
