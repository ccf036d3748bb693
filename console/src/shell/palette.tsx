/** Ctrl+K: go to a place, a request or a case without the mouse. */
import { Spotlight, type SpotlightActionData } from '@mantine/spotlight'
import { useQuery } from '@tanstack/react-query'
import { useNavigate } from '@tanstack/react-router'
import { casesQuery } from '../api/case-queries.ts'
import { useNames } from '../api/names.ts'
import { queueQuery } from '../api/queries.ts'
import { actionText } from '../approvals/words.ts'
import { visible } from '../text/visible.ts'
import { Icon } from '../ui/icon.tsx'
import { PLACES } from './places.ts'

export function Palette() {
  const navigate = useNavigate()
  const names = useNames()
  const queue = useQuery(queueQuery({ view: 'waiting', q: '' }, 0)).data
  const cases = useQuery(casesQuery).data ?? []
  const places: SpotlightActionData[] = PLACES.map(({ to, name, icon }) => ({
    id: to,
    label: name,
    leftSection: <Icon name={icon} />,
    onClick: () => void navigate({ to }),
  }))
  const waiting = (queue?.approvals ?? []).map((request) => ({
    id: request.id,
    label: `${actionText(request.action)} · ${visible(names.agent(request.agent))}`,
    description: `waits, ${visible(names.caseRef(request.case))}`,
    leftSection: <Icon name="approvals" />,
    onClick: () => void navigate({ to: '/approvals/$id', params: { id: request.id } }),
  }))
  const known = cases.slice(0, 200).map((each) => ({
    id: each.id,
    label: `${visible(each.external_ref)} · ${visible(each.title).slice(0, 80)}`,
    leftSection: <Icon name="cases" />,
    onClick: () => void navigate({ to: '/cases/$id', params: { id: each.external_ref } }),
  }))
  return (
    <Spotlight
      attributes={{ content: { 'aria-label': 'Search and go to' } }}
      actions={[...places, ...waiting, ...known]}
      nothingFound="Nothing found"
      limit={12}
      shortcut={['mod + K']}
      searchProps={{ placeholder: 'A place, a request, a case', 'aria-label': 'Search and go to' }}
    />
  )
}
