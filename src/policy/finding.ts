/** What the checks of a bundle found. An `error` keeps it from being loaded; a `warning` is shown. */
export type Finding = {
  readonly severity: 'error' | 'warning'
  /** A stable code such as `text_too_deep`; docs and tests name it. */
  readonly code: string
  /** The policy it is about, or `bundle`. */
  readonly policy: string
  readonly detail: string
}

export function errorIn(policy: string, code: string, detail: string): Finding {
  return { severity: 'error', code, policy, detail }
}

export function warningIn(policy: string, code: string, detail: string): Finding {
  return { severity: 'warning', code, policy, detail }
}
