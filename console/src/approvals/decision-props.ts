/** What every part of the decision view is given: the request as the gateway has it, and its package as read. */
import type { Approval } from '../api/wire.ts'
import type { Package } from './package.ts'

export type DecisionProps = { readonly request: Approval; readonly shown: Package }

/** What deciding needs beside it: whether the digests fit what is shown, and which evidence the reader opened. */
export type ActionProps = DecisionProps & {
  /** Undefined while that is being computed. */
  readonly isSound: boolean | undefined
  readonly opened: ReadonlySet<string>
}
