/** What people decided before on the same kind of act or on the same thing. Shown, never decided by. */
import type { Tx } from '../kernel/commit.ts'
import type { ApprovalRequest } from './request.ts'

export type PastDecision = {
  readonly request: ApprovalRequest
  readonly isSameAction: boolean
  readonly isSameTarget: boolean
}

export type PastDecisions = {
  /** Remembers what a request acts upon: lower-cased `kind/id`. In the transaction that opens it. */
  readonly remember: (tx: Tx, request: string, targets: readonly string[]) => Promise<void>
  /** The newest closed requests with the action or one of the targets, newest first. Read committed. */
  readonly like: (
    tenant: string,
    action: string,
    targets: readonly string[],
    limit: number,
  ) => Promise<readonly PastDecision[]>
}

/** How a target is named where targets are compared. */
export function targetKey(target: { readonly kind: string; readonly id: string }): string {
  return `${target.kind}/${target.id.toLowerCase()}`
}
