/** What a person may do with a request that waits. No button has the focus by itself. */
import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { meQuery } from '../api/queries.ts'
import { Icon } from '../ui/icon.tsx'
import { Folded } from '../ui/panel.tsx'
import css from './action-panel.module.css'
import type { DecisionProps } from './decision-props.ts'
import type { useDecide } from './use-decide.ts'
import type { WordsVerb } from './words-form.tsx'

export type OpenForm = 'approve' | 'deny' | 'emergency' | 'modify' | WordsVerb

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
      <div className={css.wide}>
        <Folded title="Other answers">
          <RareVerbs request={request} onOpen={onOpen} />
        </Folded>
      </div>
    </div>
  )
}

/** Whoever may not sign alone may still say what they would rather see (command/modify.ts). */
const MAY_STILL_CHANGE: readonly (string | undefined)[] = ['agent_owner', 'modifier', 'limit']

function RareVerbs({
  request,
  onOpen,
}: Pick<DecisionProps, 'request'> & { readonly onOpen: (form: OpenForm) => void }) {
  const may = useQuery(meQuery).data?.permissions ?? []
  const { eligible, failing } = request.eligibility
  const mayChange = eligible || MAY_STILL_CHANGE.includes(failing)
  return (
    <div className={css.verbs}>
      {mayChange && request.plan === undefined && (
        <Button variant="subtle" onClick={() => onOpen('modify')}>
          Change it
        </Button>
      )}
      {may.includes('approval.escalate') && (
        <Button variant="subtle" onClick={() => onOpen('escalate')}>
          Escalate
        </Button>
      )}
      <Button variant="subtle" color="red" onClick={() => onOpen('cancel')}>
        Cancel it
      </Button>
    </div>
  )
}
