/** What must be well before traffic comes to this node; the answer of /readyz. */
import { Failure } from '../kernel/failure.ts'
import type { SteadyClock } from '../kernel/steady-clock.ts'
import type { LedgerReader } from '../ledger/ports.ts'

export type ReadinessSources = {
  readonly ledger: Pick<LedgerReader, 'head'>
  /** How far this node's clock is ahead of the database's. Milliseconds. */
  readonly skewMs: () => Promise<number>
  readonly clock: Pick<SteadyClock, 'state'>
}

/** More than this and deadlines mean different things on two nodes (DESIGN 7). Milliseconds. */
const MAX_SKEW_MS = 1_000

/** Each check throws a failure when it is not well: `clock_skewed`, `policy_missing`, or what the store throws. */
export function readinessOf(
  tenant: string,
  store: ReadinessSources,
  bundles: { readonly now: (tenant: string) => Promise<unknown> },
) {
  return [
    { name: 'store', check: async () => void (await store.ledger.head(tenant)) },
    {
      name: 'clock',
      check: async () => {
        const { isSteady, awayMs } = store.clock.state()
        if (!isSteady) {
          throw new Failure('clock_skewed', `the clock of this host jumped by ${awayMs} ms`)
        }
        const skewMs = await store.skewMs()
        if (Math.abs(skewMs) > MAX_SKEW_MS) {
          throw new Failure('clock_skewed', `${Math.round(skewMs)} ms from the database`)
        }
      },
    },
    {
      name: 'policy',
      check: async () => {
        if ((await bundles.now(tenant)) === undefined) {
          throw new Failure('policy_missing', 'no bundle is active')
        }
      },
    },
  ]
}
