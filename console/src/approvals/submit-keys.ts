/** Ctrl+Enter (or Cmd+Enter) sends a form from inside its text; Enter alone never does. */
import type { KeyboardEvent } from 'react'

export function submitOnCtrlEnter(event: KeyboardEvent<HTMLFormElement>): void {
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return
  event.preventDefault()
  event.currentTarget.requestSubmit()
}
