/**
 * The one signature over a group. Every member's entry carries it, so that each can be checked from its own case;
 * the list it signs goes along only when all of it is of that case, because an export of one case must not tell of
 * another.
 */
import type { ApprovalRequest } from '../approval/request.ts'
import type { Tx } from '../kernel/commit.ts'
import type { Countersignature, CountersignParts } from './countersign.ts'
import { needsPasskey, requireCountersignature } from './countersign.ts'
import type { GroupInput } from './decision-ports.ts'

export type BoundGroup = { readonly digest: string; readonly statement: string }

/** `undefined` for a no, and for a yes in which no member reaches `contain`. Throws as `requireCountersignature`. */
export async function signatureOverGroup(
  parts: CountersignParts,
  tx: Tx,
  { verdict, person, assertion }: GroupInput,
  { digest, statement }: BoundGroup,
  members: readonly ApprovalRequest[],
  excluded: readonly ApprovalRequest[],
): Promise<Countersignature | undefined> {
  const signed = members.find(({ effect }) => needsPasskey(effect))
  if (verdict === 'deny' || signed === undefined) return undefined
  const what = `a yes to ${signed.effect}`
  const signature = await requireCountersignature(parts, tx, { person, digest, what, assertion })
  const cases = new Set([...members, ...excluded].map(({ caseId }) => caseId))
  if (cases.size > 1) return signature
  const group = {
    bytes: new TextEncoder().encode(statement),
    mediaType: 'application/json',
    dataClass: 'operational',
  } as const
  return { ...signature, payloads: { ...signature.payloads, group } }
}
