/** What stands now against what is proposed, once what stands now is known. */
import { queryOptions, useQuery } from '@tanstack/react-query'
import { get } from '../api/client.ts'
import { agentsQuery, peopleQuery } from '../api/queries.ts'
import type { ActiveBundle, Asset, ShownChange } from '../api/wire.ts'
import css from '../ui/rows.module.css'
import { Loading } from '../ui/states.tsx'
import { TextDiff } from '../ui/text-diff.tsx'
import { sidesOf } from './stands-now.ts'

const assetsQuery = queryOptions({
  queryKey: ['asset', 'all'],
  queryFn: async ({ signal }) => (await get<{ assets: Asset[] }>('/api/v1/assets', signal)).assets,
})
/** Its own key: the Policies page keeps the same answer in another shape. */
const bundleQuery = queryOptions({
  queryKey: ['policy', 'active', 'as it is'],
  queryFn: ({ signal }) => get<ActiveBundle>('/api/v1/policies/active', signal),
  retry: false,
})

export function Sides({ change }: { readonly change: ShownChange }) {
  const { kind, state, content } = change
  // What stands now says nothing about a change that is closed.
  const isOpen = state === 'proposed'
  const people = useQuery(peopleQuery)
  const agents = useQuery(agentsQuery)
  const assets = useQuery({ ...assetsQuery, enabled: isOpen && kind === 'asset.put' })
  const bundle = useQuery({ ...bundleQuery, enabled: isOpen && kind === 'policy.publish' })
  if ([people, agents, assets, bundle].some(({ isLoading }) => isLoading))
    return <Loading label="Loading what stands now" />
  const known = {
    people: people.data ?? [],
    agents: agents.data ?? [],
    assets: assets.data ?? [],
    bundle: bundle.data?.bundle,
  }
  const { before, after } = sidesOf(kind, content, known)
  const isCompared = isOpen && before !== ''
  return (
    <>
      <p className={css.soft}>{isCompared ? COMPARED : ADDED}</p>
      <TextDiff label="Change" before={isCompared ? before : after} after={after} />
    </>
  )
}

const COMPARED = 'Against what stands now: − goes, + comes.'
const ADDED = 'All of it, as it was proposed.'
