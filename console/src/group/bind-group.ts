/**
 * What a group decision signs, put together here from what is on the screen: every member by its digest and targets,
 * and what was left out on purpose.
 */
import type { Approval } from '../api/wire.ts'
import { digestOf } from '../approvals/check-seen.ts'
import type { Package } from '../approvals/package.ts'

export type Seen = { readonly request: Approval; readonly shown: Package }
export type Verdict = 'approve' | 'deny'

export async function groupBody(
  verdict: Verdict,
  members: readonly Seen[],
  excluded: readonly Seen[],
) {
  const seen_digest = await digestOf('countersign-group-v1', {
    v: 1,
    tenant: tenantOf(members),
    verdict,
    members: linesOf(members),
    excluded: linesOf(excluded),
  })
  return { verdict, members: members.map(named), excluded: excluded.map(named), seen_digest }
}

function linesOf(seen: readonly Seen[]) {
  return seen
    .map(({ request, shown }) => ({
      request: request.id,
      action_digest: request.action_digest,
      ...(request.signs.again === 0 ? {} : { again: request.signs.again }),
      targets: shown.targets.map(({ kind, id }) => ({ kind, id })),
    }))
    .sort((a, b) => (a.request < b.request ? -1 : 1))
}

function named({ request }: Seen) {
  return { id: request.id, seen_digest: request.action_digest }
}

/** Of the first statement, which was checked against its digest; a member of another tenant fails at the gateway. */
function tenantOf([first]: readonly Seen[]): string {
  const statement = first?.request.statement
  const value = statement?.state === 'present' ? statement.value : undefined
  const { tenant } = (value ?? {}) as { readonly tenant?: unknown }
  return typeof tenant === 'string' ? tenant : ''
}
