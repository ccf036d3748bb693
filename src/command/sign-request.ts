/** The signature over one request. How often its person signed it before is part of what their key signs. */
import type { ApprovalRequest } from '../approval/request.ts'
import type { Tx } from '../kernel/commit.ts'
import { type Countersignature, countersignatureOf } from './countersign.ts'
import type { DecisionParts } from './decision-parts.ts'
import type { DecisionInput } from './decision-ports.ts'

/** `undefined` below `contain`. Throws as `countersignatureOf`. */
export async function signatureOverRequest(
  parts: DecisionParts,
  tx: Tx,
  { person, assertion }: Pick<DecisionInput, 'person' | 'assertion'>,
  { id, actionDigest: digest, effect }: ApprovalRequest,
): Promise<Countersignature | undefined> {
  const again = await parts.approvals.timesSigned(tx, id, person.id)
  return countersignatureOf(parts, tx, { person, digest, again, effect, assertion })
}
