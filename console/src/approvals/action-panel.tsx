/**
 * The clock and the verbs. No verb has the focus by itself, denying is as near as approving, and approving is
 * off whenever what is shown may not be what is true.
 */
import { useLocation } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import type { Passkey } from '../api/wire.ts'
import { useLine } from '../live/use-line.ts'
import { useSingleKey } from '../shell/use-single-key.ts'
import { Loading, Trouble } from '../ui/states.tsx'
import css from './action-panel.module.css'
import { ApproveForm } from './approve-form.tsx'
import { approveBlockers, type KeyState, needsPasskey } from './blockers.ts'
import { Clock } from './clock.tsx'
import type { DecisionProps } from './decision-props.ts'
import { DenyForm } from './deny-form.tsx'
import { EmergencyForm } from './emergency-form.tsx'
import { LikeIt } from './like-it.tsx'
import { Outcome } from './outcome.tsx'
import { useActiveKeys } from './use-active-keys.ts'
import { useDecide } from './use-decide.ts'
import { type OpenForm, VerbButtons } from './verb-buttons.tsx'
import { isWordsVerb, WordsForm } from './words-form.tsx'

/** Comes when somebody wants it: most requests are decided as they are. */
const ModifyForm = lazy(async () => ({ default: (await import('./modify-form.tsx')).ModifyForm }))

/** Behind the `#` of a request's address: whoever follows such a link means to release it alone. */
const EMERGENCY_HASH = 'emergency'

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
  const asked = useLocation({ select: ({ hash }) => hash })
  const [form, setForm] = useState<OpenForm | undefined>(
    asked === EMERGENCY_HASH ? 'emergency' : undefined,
  )
  const decide = useDecide(request)
  const { eligible, emergency } = request.eligibility
  const keys = useActiveKeys()
  const seen = { shown, isSound, isLive, opened }
  const signing = needsPasskey(shown) ? keys : undefined
  useSingleKey('a', () => setForm('approve'))
  useSingleKey('x', () => setForm('deny'))
  useSingleKey('e', () => document.getElementById('evidence')?.focus())
  useSingleKey('p', () => document.getElementById('parameters')?.focus())
  const close = () => setForm(undefined)
  return (
    <section className={css.panel} aria-label="Decide">
      <Clock fromMs={request.created_at_ms} untilMs={request.expires_at_ms} />
      {form === undefined && <VerbButtons request={request} decide={decide} onOpen={setForm} />}
      {form === undefined && <LikeIt request={request} />}
      {isWordsVerb(form) && <WordsForm verb={form} decide={decide} onClose={close} />}
      {form === 'deny' && <DenyForm decide={decide} onClose={close} />}
      {form === 'approve' && (
        <ApproveForm
          shown={shown}
          isAdvice={!eligible}
          // Advice is not signed, so only a yes that would count asks for a key.
          blockers={approveBlockers({ ...seen, keys: eligible ? keyState(keys) : 'held' })}
          passkeys={eligible ? signing : undefined}
          decide={decide}
          onClose={close}
        />
      )}
      {form === 'modify' && (
        <Suspense fallback={<Loading rows={4} label="Loading the form" />}>
          <ModifyForm shown={shown} decide={decide} onClose={close} />
        </Suspense>
      )}
      {form === 'emergency' && (
        <EmergencyForm
          shown={shown}
          refusal={emergency?.says}
          blockers={approveBlockers({ ...seen, keys: keyState(keys) })}
          passkeys={signing}
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

function keyState(keys: readonly Passkey[] | undefined): KeyState {
  if (keys === undefined) return 'asking'
  return keys.length === 0 ? 'none' : 'held'
}
