/** The answer of a commit: the value, the receipts, and a slot for each frame that may now be sent once. */
import type { Committed } from '../kernel/commit.ts'
import type { DispatchSlot } from '../kernel/dispatch-slot.ts'
import { mintSlot } from '../kernel/dispatch-slot.ts'
import type { EntryDraft } from '../kernel/entry.ts'
import { Failure } from '../kernel/failure.ts'
import type { Ran } from './run-batch.ts'

/** Only for works whose batch is durable: the slots it mints are the right to act. */
export function committedOf(tenant: string, ran: Ran & { kind: 'done' }): Committed<unknown> {
  const [first, ...rest] = ran.receipts
  if (first === undefined) throw new Failure('internal', 'a committed work has no receipt')
  return {
    value: ran.done.value,
    receipts: [first, ...rest],
    slots: ran.done.entries
      .filter((draft) => draft.type === 'tool.call.dispatched')
      .map((draft) => slotOf(tenant, draft)),
  }
}

function slotOf(tenant: string, draft: EntryDraft): DispatchSlot {
  const { upstream, frame } = draft.data
  return mintSlot({
    tenant,
    call: draft.call ?? '',
    upstream: String(upstream),
    frame: String(frame),
  })
}
