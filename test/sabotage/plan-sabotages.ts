/** Sabotages of chains and hand-offs: a plan that lets anything through, a child that may more than its parent. */
import type { Sabotage } from './sabotage.ts'

export const PLAN_SABOTAGES: readonly Sabotage[] = [
  {
    // Whatever is called counts as a call beside the plan, and never stops it.
    name: 'plans-never-stop',
    module: 'src/approval/plan-run.ts',
    export: 'move',
    body: `const moved = original(plan, run, call)
      return moved.kind === 'stop' ? { kind: 'beside' } : moved`,
  },
  {
    name: 'hand-offs-unbounded',
    module: 'src/enforcement/ancestry.ts',
    export: 'heldBack',
    body: 'return undefined',
  },
]
