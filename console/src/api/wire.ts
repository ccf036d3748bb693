/** The wire's shapes, read off the contract's own schemas. Types only: no schema library reaches the browser. */
import type { approvalSummary } from '../../../src/contract/approvals.ts'
import type { me } from '../../../src/contract/sessions.ts'

type Output<Schema extends { readonly _zod: { readonly output: unknown } }> =
  Schema['_zod']['output']

export type ApprovalSummary = Output<typeof approvalSummary>
export type Me = Output<typeof me>
