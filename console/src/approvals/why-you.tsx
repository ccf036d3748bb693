/** Whether the reader's yes would count, and if not which test fails; who else is asked. */
import { useQuery } from '@tanstack/react-query'
import { useNames } from '../api/names.ts'
import { meQuery } from '../api/queries.ts'
import { Icon } from '../ui/icon.tsx'
import { Panel } from '../ui/panel.tsx'
import { When } from '../ui/when.tsx'
import type { DecisionProps } from './decision-props.ts'
import css from './whys.module.css'
import { failingText, plainWords } from './words.ts'

export function WhyYou({ request }: DecisionProps) {
  const names = useNames()
  return (
    <Panel title="Why you">
      {request.state === 'pending' ? (
        <Standing request={request} />
      ) : (
        <p className={css.standing}>
          Decided by {names.person(request.decided_by)}
          {request.decided_at_ms !== undefined && (
            <>
              {' at '}
              <When atMs={request.decided_at_ms} />
            </>
          )}
          . There is nothing left to sign.
        </p>
      )}
      <p className={css.line}>
        Owner:{' '}
        {request.owner === undefined ? 'nobody is on duty for it' : names.person(request.owner)}
        {request.acknowledged_by !== undefined &&
          ` · ${names.person(request.acknowledged_by)} has it`}
        {' · on behalf of '}
        {names.person(request.on_behalf_of)}
      </p>
    </Panel>
  )
}

function Standing({ request }: Pick<DecisionProps, 'request'>) {
  const { eligible, role, failing, says, next, may_take_over: mayTakeOver } = request.eligibility
  const me = useQuery(meQuery).data
  const until = me?.duty.find((duty) => duty.role === role)?.to_ms
  if (!eligible)
    return (
      <div className={css.standing} data-tone="warn">
        <Icon name="info" />
        <p>
          {says === undefined ? failingText(failing) : sentence(says)}{' '}
          {next !== undefined && sentence(next)} Your yes would only be advice.
          {mayTakeOver === true && ' You may take the request over.'}
        </p>
      </div>
    )
  return (
    <div className={css.standing} data-tone="good">
      <Icon name="good" />
      <p>
        You are <strong>{plainWords(role ?? '')}</strong>
        {until !== undefined && (
          <>
            {' on call until '}
            <When atMs={until} />
          </>
        )}
        , certified for this.
      </p>
    </div>
  )
}

/** The gateway's words begin small and end without a stop; here they are sentences. */
function sentence(words: string): string {
  const text = `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`
  return /[.!?]$/.test(text) ? text : `${text}.`
}
