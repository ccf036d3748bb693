/** Which request a person means: a whole id is taken as it is, an ending is looked up. */
import { approvalList, approvalSummary } from '../contract/approvals.ts'
import type { GatewayClient } from './gateway-client.ts'
import { findOne } from './lookup.ts'

export async function requestId(gateway: GatewayClient, text: string): Promise<string> {
  if (approvalSummary.shape.id.safeParse(text).success) return text
  const { approvals } = await gateway.get('/api/v1/approvals', approvalList)
  return findOne('approval request', approvals, text).id
}
