/** One request, opened: fetched, its first look recorded, and checked to be what a yes would sign. */
import { VisuallyHidden } from '@mantine/core'
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Link, useParams } from '@tanstack/react-router'
import { useEffect } from 'react'
import { send } from '../api/client.ts'
import { approvalQuery, meQuery } from '../api/queries.ts'
import type { Approval } from '../api/wire.ts'
import { Icon } from '../ui/icon.tsx'
import { Loading, Nothing, Trouble } from '../ui/states.tsx'
import { isWhatIsSigned } from './check-seen.ts'
import css from './decision.module.css'
import { DecisionView } from './decision-view.tsx'
import { readPackage } from './package.ts'

export function Decision() {
  const { id } = useParams({ from: '/approvals/$id' })
  const request = useQuery(approvalQuery(id))
  const me = useQuery(meQuery).data
  useRecordedLook(request.data)
  return (
    <>
      <Link to="/approvals" search={true} className={css.back}>
        <Icon name="back" /> All requests
      </Link>
      {request.isError ? (
        <Trouble error={request.error} onRetry={() => void request.refetch()} />
      ) : request.data === undefined || me === undefined ? (
        <>
          <VisuallyHidden component="h1">Approval request</VisuallyHidden>
          <Loading rows={10} label="Loading the request" />
        </>
      ) : (
        <Checked key={id} request={request.data} />
      )}
    </>
  )
}

function Checked({ request }: { readonly request: Approval }) {
  const check = useQuery({
    queryKey: ['seen', request.id, request.action_digest],
    queryFn: () => isWhatIsSigned(request),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (request.package.state !== 'present')
    return <Nothing icon="info" title="What was asked has been erased." />
  const shown = readPackage(request.package.value)
  if (shown === undefined)
    return (
      <Nothing icon="warn" title="This console cannot show the request.">
        Nobody decides on what they cannot see. Update the gateway, or use the command line.
      </Nothing>
    )
  return <DecisionView request={request} shown={shown} isSound={check.data} />
}

/** The first look is an entry of the ledger: a yes nobody looked at is a finding. */
function useRecordedLook(request: Approval | undefined): void {
  const client = useQueryClient()
  const id = request?.state === 'pending' ? request.id : undefined
  useEffect(() => {
    if (id === undefined) return
    const key = ['looked', id]
    if (client.getQueryData(key) === true) return
    client.setQueryData(key, true)
    send('POST', `/api/v1/approvals/${id}/view`).catch(() => client.setQueryData(key, false))
  }, [client, id])
}
