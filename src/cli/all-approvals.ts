/** Every approval request that matches, page after page. */
import type { z } from 'zod'
import { approvalList } from '../contract/approvals.ts'
import type { GatewayClient } from './gateway-client.ts'

export type ApprovalListed = z.output<typeof approvalList>['approvals'][number]

/** The most the gateway gives at once. */
const PAGE = 500

/** `query` is what stands behind the question mark, without offset and limit. */
export async function allApprovals(
  gateway: GatewayClient,
  query = '',
): Promise<readonly ApprovalListed[]> {
  const found = new Map<string, ApprovalListed>()
  for (let offset = 0; ; offset += PAGE) {
    const path = `/api/v1/approvals?${query}&offset=${offset}&limit=${PAGE}`
    const { approvals, total } = await gateway.get(path, approvalList)
    for (const each of approvals) found.set(each.id, each)
    if (approvals.length === 0 || offset + PAGE >= total) return [...found.values()]
  }
}
