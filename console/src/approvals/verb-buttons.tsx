/** What a person may do with a request that waits. No button has the focus by itself. */
import { Button } from '@mantine/core'
import { Icon } from '../ui/icon.tsx'
import css from './action-panel.module.css'
import type { DecisionProps } from './decision-props.ts'
import type { useDecide } from './use-decide.ts'

export type OpenForm = 'approve' | 'deny' | 'ask' | 'emergency'

export function VerbButtons({
  request,
  decide,
  onOpen,
}: Pick<DecisionProps, 'request'> & {
  readonly decide: ReturnType<typeof useDecide>
  readonly onOpen: (form: OpenForm) => void
}) {
  const { eligible, may_take_over: mayTakeOver, emergency } = request.eligibility
  return (
    <div className={css.verbs}>
      <Button
        variant="default"
        className={css.verb}
        leftSection={
          <span className={css.no}>
            <Icon name="deny" />
          </span>
        }
        onClick={() => onOpen('deny')}
      >
        Deny
      </Button>
      <Button
        variant="default"
        className={css.verb}
        leftSection={
          <span className={css.yes}>
            <Icon name="approvals" />
          </span>
        }
        onClick={() => onOpen('approve')}
      >
        {eligible ? 'Approve' : 'Advise yes'}
      </Button>
      <Button variant="subtle" leftSection={<Icon name="ask" />} onClick={() => onOpen('ask')}>
        Ask
      </Button>
      {request.acknowledged_by === undefined && (
        <Button
          variant="subtle"
          leftSection={<Icon name="eye" />}
          onClick={() => decide.mutate({ verb: 'acknowledge', reason: 'I have it.' })}
        >
          I have it
        </Button>
      )}
      {mayTakeOver === true && (
        <Button
          variant="subtle"
          leftSection={<Icon name="person" />}
          onClick={() =>
            decide.mutate({ verb: 'take-over', reason: 'Taking it over from the console.' })
          }
        >
          Take over
        </Button>
      )}
      {emergency?.possible === true && (
        <Button
          variant="subtle"
          color="red"
          className={css.wide}
          leftSection={<Icon name="warn" />}
          onClick={() => onOpen('emergency')}
        >
          Nobody else can be reached: release alone
        </Button>
      )}
    </div>
  )
}
