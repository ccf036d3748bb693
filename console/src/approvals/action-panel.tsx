/**
 * The clock and the verbs. No verb has the focus by itself, denying is as near as approving, and approving is
 * off whenever what is shown may not be what is true.
 */
import { useLocation } from '@tanstack/react-router'
import { useState } from 'react'
import { useSingleKey } from '../shell/use-single-key.ts'
import { Trouble } from '../ui/states.tsx'
import css from './action-panel.module.css'
import { Clock } from './clock.tsx'
import type { ActionProps } from './decision-props.ts'
import { LikeIt } from './like-it.tsx'
import { OpenedForm } from './opened-form.tsx'
import { Outcome } from './outcome.tsx'
import { useDecide } from './use-decide.ts'
import { type OpenForm, VerbButtons } from './verb-buttons.tsx'

/** Behind the `#` of a request's address: whoever follows such a link means to release it alone. */
const EMERGENCY_HASH = 'emergency'

export function ActionPanel(props: ActionProps) {
  if (props.request.state !== 'pending') return <Outcome request={props.request} />
  return <Verbs {...props} />
}

function Verbs(props: ActionProps) {
  const { request } = props
  const asked = useLocation({ select: ({ hash }) => hash })
  const [form, setForm] = useState<OpenForm | undefined>(
    asked === EMERGENCY_HASH ? 'emergency' : undefined,
  )
  const decide = useDecide(request)
  // The forms come with the view: what is typed right after a key goes into the form and is no key again.
  useSingleKey('a', () => setForm('approve'))
  useSingleKey('x', () => setForm('deny'))
  useSingleKey('e', () => document.getElementById('evidence')?.focus())
  useSingleKey('p', () => document.getElementById('parameters')?.focus())
  return (
    <section className={css.panel} aria-label="Decide">
      <Clock fromMs={request.created_at_ms} untilMs={request.expires_at_ms} />
      {form === undefined && <VerbButtons request={request} decide={decide} onOpen={setForm} />}
      {form === undefined && <LikeIt request={request} />}
      {form !== undefined && (
        <OpenedForm {...props} form={form} decide={decide} onClose={() => setForm(undefined)} />
      )}
      {decide.isError && <Trouble error={decide.error} />}
      <p className={css.keys}>
        <kbd>x</kbd> deny <kbd>a</kbd> approve <kbd>e</kbd> evidence <kbd>p</kbd> call
      </p>
    </section>
  )
}
