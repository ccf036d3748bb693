/** Other requests of the same action that wait for the same owner: one decision may do for all of them. */
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { queueQuery } from '../api/queries.ts'
import type { Approval } from '../api/wire.ts'

/** As many as the gateway takes in one group. */
const MOST = 25

type Asked = Pick<Approval, 'id' | 'state' | 'plan' | 'action' | 'owner'>

export function LikeIt({ request }: { readonly request: Asked }) {
  const queue = useQuery(queueQuery({ view: 'waiting', q: request.action }, 0)).data
  const all = queue?.approvals ?? []
  const alike = all.filter((other) => isAlike(other, request)).slice(0, MOST - 1)
  if (request.plan !== undefined || alike.length === 0) return null
  const members = [request, ...alike].map(({ id }) => id).join(',')
  return (
    <Link to="/approvals/group" search={{ members }}>
      Decide with {alike.length} more like it
    </Link>
  )
}

function isAlike(other: Asked, request: Asked): boolean {
  return (
    other.id !== request.id &&
    other.state === 'pending' &&
    other.plan === undefined &&
    other.action === request.action &&
    other.owner === request.owner
  )
}
