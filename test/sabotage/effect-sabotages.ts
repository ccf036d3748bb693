/** Sabotages of effects: what was done counts as harmless, narrow and gone. */
import type { Sabotage } from './sabotage.ts'

export const EFFECT_SABOTAGES: readonly Sabotage[] = [
  {
    // A tool without any way back may be enabled.
    name: 'no-way-back-needed',
    module: 'src/catalogue/entry-rules.ts',
    export: 'entryProblems',
    body: "return original(entry).filter((problem) => !problem.includes('needs an inverse'))",
  },
  {
    // What a tool does beyond its class is not looked at.
    name: 'excess-unseen',
    module: 'src/enforcement/observe.ts',
    export: 'observe',
    body: 'return undefined',
  },
  {
    // Nothing is thought to take evidence with it.
    name: 'evidence-unguarded',
    module: 'src/evidence/safeguard.ts',
    export: 'destroysEvidence',
    body: 'return false',
  },
  {
    name: 'any-width',
    module: 'src/enforcement/take-budgets.ts',
    export: 'takeBudgets',
    body: 'return undefined',
  },
]
