/** A request that closed without a verdict may have been asked again: the way there, where the difference stands. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { requestsOfCaseQuery } from '../api/queries.ts'
import type { Approval } from '../api/wire.ts'
import { askedAgain } from './earlier.ts'

export function AskedAgain({ request }: { readonly request: Approval }) {
  const all = useQuery(requestsOfCaseQuery(request.case)).data
  const next = all && askedAgain(request.id, all)
  if (next === undefined) return null
  return (
    <p>
      <Link to="/approvals/$id" params={{ id: next }}>
        It was asked again: what changed
      </Link>
    </p>
  )
}
