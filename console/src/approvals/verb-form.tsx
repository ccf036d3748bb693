/** The frame of every form that says something about a request: its fields, the way back, and what sends it. */
import { Button } from '@mantine/core'
import type { FormEvent, ReactNode } from 'react'
import css from './forms.module.css'
import { submitOnCtrlEnter } from './submit-keys.ts'

export function VerbForm({
  act,
  isReady,
  isBusy,
  isGrave = false,
  beside,
  onSend,
  children,
}: {
  /** What the sending button says. */
  readonly act: string
  /** Nothing is sent before; the gateway decides again afterwards. */
  readonly isReady: boolean
  readonly isBusy: boolean
  /** What it sends ends something or stands alone: it is red. */
  readonly isGrave?: boolean
  /** The button beside the sending one: the way back, or the other verdict. */
  readonly beside: ReactNode
  readonly onSend: () => void
  readonly children: ReactNode
}) {
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isReady && !isBusy) onSend()
  }
  return (
    <form className={css.form} onSubmit={submit} onKeyDown={submitOnCtrlEnter}>
      {children}
      <div className={css.buttons}>
        {beside}
        <Button
          type="submit"
          {...(isGrave ? { color: 'red' } : {})}
          disabled={!isReady}
          loading={isBusy}
        >
          {act}
        </Button>
      </div>
    </form>
  )
}

export function Back({ onClose }: { readonly onClose: () => void }) {
  return (
    <Button variant="default" onClick={onClose}>
      Back
    </Button>
  )
}
