/** The kill switch, one press away on every page, with its state. Stopping asks for no reason; resuming does. */
import { useQuery } from '@tanstack/react-query'
import { lazy, Suspense, useEffect, useState } from 'react'
import { stopsQuery } from '../api/queries.ts'
import { whenQuiet } from '../api/quiet.ts'
import { Icon } from '../ui/icon.tsx'
import css from './stop-switch.module.css'

/** Fetched before anybody presses: what halts must not wait for a file. */
const fetchDialog = () => import('./stop-dialog.tsx')
const StopDialog = lazy(async () => ({ default: (await fetchDialog()).StopDialog }))

export function StopSwitch() {
  // Once pressed it stays in the page, so that it closes as it opened.
  const [state, setState] = useState<'unseen' | 'open' | 'closed'>('unseen')
  const stops = useQuery(stopsQuery).data ?? []
  useEffect(() => {
    // Failing here is nothing yet: whoever presses asks for it again.
    whenQuiet()
      .then(fetchDialog)
      .catch(() => undefined)
  }, [])
  return (
    <>
      <button
        type="button"
        className={css.switch}
        data-stopped={stops.length > 0}
        onClick={() => setState('open')}
      >
        <Icon name="stop" />
        {stops.length === 0 ? 'Stop' : `Stopped (${stops.length})`}
      </button>
      <Suspense>
        {state !== 'unseen' && (
          <StopDialog isOpen={state === 'open'} onClose={() => setState('closed')} />
        )}
      </Suspense>
    </>
  )
}
