/** Gateways that must fail before a real target: each has one rule taken out (controls.ts). */
import { CONTROLS, type Control } from '../controls.ts'
import type { TargetKill } from './target-lane.ts'

export type TargetControl = Omit<Control, 'kills'> & { readonly kills: readonly TargetKill[] }

const at = (label: string, passing = 1): TargetKill => ({ step: 'do', label, passing })

/** Which commit of an order is that of its dispatch differs between targets. */
const DISPATCH_COMMITS = [3, 2, 4, 5]

/** A gateway that acts before its decision is durable, and one that recovers nothing. */
export const ACT_CONTROLS: readonly TargetControl[] = CONTROLS.slice(0, 2).map((control) => ({
  ...control,
  kills: [
    at('dispatch:after'),
    ...DISPATCH_COMMITS.map((passing) => at('commit:before-db-commit', passing)),
    at('act:after'),
  ],
}))

/** One that borrows before the wish is durable, and one that leaves what was lent to its end. */
export const LENDING_CONTROLS: readonly TargetControl[] = [
  {
    sabotage: {
      name: 'borrows-before-commit',
      module: 'src/enforcement/lend.ts',
      export: 'lend',
      body: `const rule = spine.lending.ruleFor(decided.place.upstream, decided.name)
        const broker = spine.lending.brokers.byId(rule.broker)
        const { lease, ttlMs } = wishOf(spine, decided.place, decided.call, rule, broker)
        const wish = { ...lease, lease: lease.id, ttlMs, nowMs: lease.issuedAtMs }
        await broker.issue(wish, new AbortController().signal)
        const ids = [lease.id]
        return original({ ...spine, nextId: () => ids.pop() ?? spine.nextId() }, decided)`,
    },
    kills: [2, 3, 4].map((passing) => at('commit:before-db-commit', passing)),
    expects: ['lease_live'],
  },
  {
    sabotage: {
      name: 'takes-nothing-back',
      module: 'src/enforcement/end-leases.ts',
      export: 'endLeases',
      body: 'return 0',
    },
    kills: [at('lease:issued')],
    expects: ['lease_live'],
  },
]
