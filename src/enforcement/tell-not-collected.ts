/** Who hears, at any hour, that evidence of an isolated host is not being collected: it does not keep for ever. */
import type { Tx } from '../kernel/commit.ts'
import type { Recipient } from '../kernel/notice.ts'
import type { Spine } from './spine.ts'

export async function tellNotCollected(
  spine: Spine,
  tx: Tx,
  about: {
    readonly tenant: string
    readonly call: string
    readonly caseId: string
    readonly approvers?: readonly string[]
  },
): Promise<void> {
  const { tenant, call, caseId, approvers = [] } = about
  const to: readonly Recipient[] = [
    { role: 'shift-lead' },
    ...approvers.map((person) => ({ person })),
  ]
  for (const each of to) {
    await spine.notices.put(tx, {
      tenant,
      id: spine.nextId(),
      kind: 'collection.failed',
      urgency: 'page',
      to: each,
      about: { call, caseId },
      atMs: spine.clock.nowMs(),
    })
  }
}
