/**
 * One decision for several pending requests. What is signed names every member by its action digest, every target,
 * and what was left out on purpose, so that a group can neither grow nor shrink after it was looked at. Pure.
 */
import { canonicalText, digestOfJson } from '../kernel/canonical-json.ts'
import type { Digest } from '../kernel/digest.ts'

export type GroupVerdict = 'approve' | 'deny'

export type GroupMember = {
  readonly request: string
  readonly actionDigest: Digest
  /** How often whoever decides signed this question before; absent: never. */
  readonly again?: number
  readonly targets: readonly { readonly kind: string; readonly id: string }[]
}

export type BoundGroup = { readonly statement: string; readonly digest: Digest }

/** One person can picture this many targets at a time; a longer list is two decisions. */
export const MAX_GROUP = 25

/** The statement and its digest; the order in which members were named does not matter. */
export function bindGroup(group: {
  readonly tenant: string
  readonly verdict: GroupVerdict
  readonly members: readonly GroupMember[]
  readonly excluded: readonly GroupMember[]
}): BoundGroup {
  const statement = {
    v: 1,
    tenant: group.tenant,
    verdict: group.verdict,
    members: group.members.map(memberLine).toSorted(byRequest),
    excluded: group.excluded.map(memberLine).toSorted(byRequest),
  }
  return {
    statement: canonicalText(statement),
    digest: digestOfJson('countersign-group-v1', statement),
  }
}

type Line = ReturnType<typeof memberLine>

function memberLine({ request, actionDigest, again = 0, targets }: GroupMember) {
  return {
    request,
    action_digest: actionDigest,
    ...(again === 0 ? {} : { again }),
    targets: targets.map(({ kind, id }) => ({ kind, id })),
  }
}

function byRequest(a: Line, b: Line): number {
  return a.request < b.request ? -1 : 1
}

/** Why this is no group to decide on, or undefined. `actions` are those of the members. */
export function groupProblem(
  members: readonly string[],
  excluded: readonly string[],
  actions: readonly string[],
): string | undefined {
  if (members.length < 2 || members.length > MAX_GROUP)
    return `a group has 2 to ${MAX_GROUP} members`
  if (excluded.length > MAX_GROUP) return `at most ${MAX_GROUP} requests are left out by name`
  if (new Set([...members, ...excluded]).size < members.length + excluded.length)
    return 'a request is named twice'
  if (new Set(actions).size > 1) return 'a group is one action on several targets'
  return undefined
}
