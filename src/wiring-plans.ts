/** Plans and standing plans, and what runs now, bound to their ports for the faces. */
import { makePlanCommands } from './command/plan-desk.ts'
import type { FindTool } from './command/plan-steps.ts'
import { makeReadRunning, type RunningParts } from './command/read-running.ts'
import type { SignParts } from './command/sign-standing-plan.ts'
import { makeStandingCommands } from './command/standing-plans.ts'

export function wirePlans(
  spine: SignParts,
  findTool: FindTool,
  reads: Pick<RunningParts, 'running'>,
) {
  const planParts = { ...spine, findTool }
  return {
    planParts,
    planCommands: {
      plans: makePlanCommands(planParts),
      standing: makeStandingCommands(spine),
      readRunning: makeReadRunning({ ...spine, running: reads.running }),
    },
  }
}
