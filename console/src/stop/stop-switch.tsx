/** The kill switch, one press away on every page, with its state. Stopping asks for no reason; resuming does. */
import { Button, Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { stopsQuery } from '../api/queries.ts'
import { Icon } from '../ui/icon.tsx'
import { Trouble } from '../ui/states.tsx'
import { ActiveStops } from './active-stops.tsx'
import css from './stop-switch.module.css'
import { usePressStop } from './use-stop.ts'

export function StopSwitch() {
  const [isOpen, setOpen] = useState(false)
  const stops = useQuery(stopsQuery).data ?? []
  return (
    <>
      <button
        type="button"
        className={css.switch}
        data-stopped={stops.length > 0}
        onClick={() => setOpen(true)}
      >
        <Icon name="stop" />
        {stops.length === 0 ? 'Stop' : `Stopped (${stops.length})`}
      </button>
      <Modal opened={isOpen} onClose={() => setOpen(false)} title="Stop agents" size="md">
        <StopPanel />
      </Modal>
    </>
  )
}

function StopPanel() {
  const press = usePressStop()
  const stops = useQuery(stopsQuery).data ?? []
  return (
    <div className={css.panel}>
      <p>
        Takes effect on the next call, without a reason. Undo and probes keep working. What is
        already at a tool is not called back.
      </p>
      <div className={css.verbs}>
        <Button
          color="red"
          onClick={() => press.mutate({ scope: 'writes' })}
          loading={press.isPending}
        >
          Stop all writes
        </Button>
        <Button
          color="red"
          onClick={() => press.mutate({ scope: 'tenant' })}
          loading={press.isPending}
        >
          Stop everything
        </Button>
      </div>
      {press.isError && <Trouble error={press.error} />}
      {stops.length > 0 && <ActiveStops stops={stops} />}
    </div>
  )
}
