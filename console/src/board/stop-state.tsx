/** Whether anything is stopped, with the switch beside it. */
import { useQuery } from '@tanstack/react-query'
import { stopsQuery } from '../api/queries.ts'
import { ActiveStops } from '../stop/active-stops.tsx'
import { Icon } from '../ui/icon.tsx'
import { Panel } from '../ui/panel.tsx'
import { Loading, Trouble } from '../ui/states.tsx'

export function StopState() {
  const stops = useQuery(stopsQuery)
  if (stops.isPending) return <Loading rows={2} label="Loading the stops" />
  if (stops.isError) return <Trouble error={stops.error} />
  return (
    <Panel title="Stops">
      {stops.data.length === 0 ? (
        <p>
          <Icon name="good" /> Nothing is stopped. The switch is at the top of every page.
        </p>
      ) : (
        <ActiveStops stops={stops.data} />
      )}
    </Panel>
  )
}
