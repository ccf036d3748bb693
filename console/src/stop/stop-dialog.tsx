/** What can be stopped, and what is; behind the switch. */
import { Button, Modal } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { stopsQuery } from '../api/queries.ts'
import { Trouble } from '../ui/states.tsx'
import { ActiveStops } from './active-stops.tsx'
import css from './stop-switch.module.css'
import { usePressStop } from './use-stop.ts'

export function StopDialog({
  isOpen,
  onClose,
}: {
  readonly isOpen: boolean
  readonly onClose: () => void
}) {
  return (
    <Modal.Root opened={isOpen} onClose={onClose} size="md">
      <Modal.Overlay />
      <Modal.Content>
        {/* Not Modal.Header: that would be a second banner of the page. */}
        <div className={css.head}>
          <Modal.Title>Stop agents</Modal.Title>
          <Modal.CloseButton aria-label="Close" />
        </div>
        <Modal.Body>
          <StopPanel />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
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
