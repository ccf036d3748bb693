/** Wires what the ledger promises to whoever exports from it. */
import { Failure } from './kernel/failure.ts'
import type { Store } from './store/store.ts'

/** A checkpoint that covers an entry, signing one now when the timer has not yet. */
export function covering(
  store: Pick<Store, 'ledger'>,
  own: string,
  checkpoint: () => Promise<number>,
) {
  return async (tenant: string, index: number) => {
    if (tenant === own) await checkpoint()
    const found = await store.ledger.checkpoint(tenant)
    if (found === undefined || found.size <= index)
      throw new Failure('signer_refused', 'no checkpoint covers the entry yet')
    return found
  }
}
