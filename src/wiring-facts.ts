/** Wires what decisions rest on: the store's rows, what this node remembers of them, and whose word can be missing. */
import type { Config } from './config.ts'
import type { FactSources } from './facts/gather.ts'
import { createFactMemory } from './facts/memory.ts'
import type { SteadyClock } from './kernel/steady-clock.ts'
import { FEED_PREFIX } from './roster/roster.ts'
import type { Store } from './store/store.ts'

export function wireFacts(
  { rosters = [] }: Pick<Config, 'rosters'>,
  store: Store,
  clock: SteadyClock,
): FactSources {
  return {
    ...store,
    memory: createFactMemory(),
    feedsRead: rosters.map(({ id }) => `${FEED_PREFIX}${id}`),
    isClockSteady: () => clock.state().isSteady,
  }
}
