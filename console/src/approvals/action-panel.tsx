/**
 * The clock and the verbs. No verb has the focus by itself, denying is as near as approving, and approving is
 * off whenever what is shown may not be what is true.
 */
import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Passkey } from '../api/wire.ts'
import { useLine } from '../live/use-line.ts'
import { useSingleKey } from '../shell/use-single-key.ts'
import { Icon } from '../ui/icon.tsx'
import { Trouble } from '../ui/states.tsx'
import css from './action-panel.module.css'
import { ApproveForm } from './approve-form.tsx'
import { AskForm } from './ask-form.tsx'
import { approveBlockers, type KeyState, needsPasskey } from './blockers.ts'
import { Clock } from './clock.tsx'
import type { DecisionProps } from './decision-props.ts'
import { DenyForm } from './deny-form.tsx'
import { Outcome } from './outcome.tsx'
import { useActiveKeys } from './use-active-keys.ts'
import { useDecide } from './use-decide.ts'

export type ActionProps = DecisionProps & {
  readonly isSound: boolean | undefined
  readonly opened: ReadonlySet<string>
}

export function ActionPanel(props: ActionProps) {
  if (props.request.state !== 'pending') return <Outcome request={props.request} />
  return <Verbs {...props} />
}

function Verbs({ request, shown, isSound, opened }: ActionProps) {
  const { isLive } = useLine()
  const [form, setForm] = useState<'approve' | 'deny' | 'ask'>()
  const decide = useDecide(request)
  const { eligible, may_take_over: mayTakeOver } = request.eligibility
  const keys = useActiveKeys()
  const blockers = approveBlockers({
    shown,
    isSound,
    isLive,
    opened,
    keys: eligible ? keyState(keys) : 'held',
  })
  useSingleKey('a', () => setForm('approve'))
  useSingleKey('x', () => setForm('deny'))
  useSingleKey('e', () => document.getElementById('evidence')?.focus())
  useSingleKey('p', () => document.getElementById('parameters')?.focus())
  const close = () => setForm(undefined)
  return (
    <section className={css.panel} aria-label="Decide">
      <Clock fromMs={request.created_at_ms} untilMs={request.expires_at_ms} />
      {form === undefined && (
        <div className={css.verbs}>
          <Button
            variant="default"
            className={css.verb}
            leftSection={
              <span className={css.no}>
                <Icon name="deny" />
              </span>
            }
            onClick={() => setForm('deny')}
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
            onClick={() => setForm('approve')}
          >
            {eligible ? 'Approve' : 'Advise yes'}
          </Button>
          <Button variant="subtle" leftSection={<Icon name="ask" />} onClick={() => setForm('ask')}>
            Ask
          </Button>
          <Small request={request} mayTakeOver={mayTakeOver === true} decide={decide} />
        </div>
      )}
      {form === 'ask' && <AskForm request={request} onClose={close} />}
      {form === 'deny' && <DenyForm decide={decide} onClose={close} />}
      {form === 'approve' && (
        <ApproveForm
          shown={shown}
          isAdvice={!eligible}
          blockers={blockers}
          passkeys={eligible && needsPasskey(shown) ? keys : undefined}
          decide={decide}
          onClose={close}
        />
      )}
      {decide.isError && <Trouble error={decide.error} />}
      <p className={css.keys}>
        <kbd>x</kbd> deny <kbd>a</kbd> approve <kbd>e</kbd> evidence <kbd>p</kbd> call
      </p>
    </section>
  )
}

/** Advice is not signed, so only a yes that would count asks for a key. */
function keyState(keys: readonly Passkey[] | undefined): KeyState {
  if (keys === undefined) return 'asking'
  return keys.length === 0 ? 'none' : 'held'
}

function Small({
  request,
  mayTakeOver,
  decide,
}: Pick<DecisionProps, 'request'> & {
  readonly mayTakeOver: boolean
  readonly decide: ReturnType<typeof useDecide>
}) {
  return (
    <>
      {request.acknowledged_by === undefined && (
        <Button
          variant="subtle"
          leftSection={<Icon name="eye" />}
          onClick={() => decide.mutate({ verb: 'acknowledge', reason: 'I have it.' })}
        >
          I have it
        </Button>
      )}
      {mayTakeOver && (
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
    </>
  )
}
