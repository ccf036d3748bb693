/** The end of a request is moved, not the clock: a token of an agent lives only five minutes. */

import type { Clock } from '../../src/kernel/clock.ts'
import type { Gateway } from '../../src/main.ts'
import { TENANT } from '../../src/wiring.ts'

/** Nobody decided in time. */
export async function runOut(
  { gateway, clock }: { readonly gateway: Gateway; readonly clock: Clock },
  approvalId: string,
): Promise<void> {
  const { store, spine } = gateway.parts
  const request = await store.approvals.byId(TENANT, approvalId)
  if (request === undefined) throw new Error('the request is gone')
  await store.commit(TENANT, async (tx) => {
    await store.approvals.put(tx, { ...request, expiresAtMs: clock.nowMs() - 1 })
    const data = { finding: 'test_clock', severity: 'none' }
    const actor = { kind: 'system', id: 'test' } as const
    const id = spine.nextId()
    return { value: undefined, entries: [{ id, type: 'oversight.finding', atMs: 0, actor, data }] }
  })
}
