/** Plans and standing plans, bound to their ports for the faces. */
import { makePlanCommands } from './command/plan-desk.ts'
import type { FindTool } from './command/plan-steps.ts'
import type { SignParts } from './command/sign-standing-plan.ts'
import { makeStandingCommands } from './command/standing-plans.ts'

export function wirePlans(spine: SignParts, findTool: FindTool) {
  const planParts = { ...spine, findTool }
  return {
    planParts,
    planCommands: {
      plans: makePlanCommands(planParts),
      standing: makeStandingCommands(spine),
    },
  }
}
