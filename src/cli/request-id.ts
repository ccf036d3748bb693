/** Which request a person means: a whole id is taken as it is, an ending is looked up. */
import { approvalSummary } from '../contract/approvals.ts'
import { allApprovals } from './all-approvals.ts'
import type { GatewayClient } from './gateway-client.ts'
import { findOne } from './lookup.ts'

export async function requestId(gateway: GatewayClient, text: string): Promise<string> {
  if (approvalSummary.shape.id.safeParse(text).success) return text
  return findOne('approval request', await allApprovals(gateway), text).id
}
