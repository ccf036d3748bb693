/** Plans and standing plans, bound to their ports for the faces. */
import { makePlanCommands } from './command/plan-desk.ts'
import type { FindTool } from './command/plan-steps.ts'
import { makeStandingCommands } from './command/standing-plans.ts'
import type { Spine } from './enforcement/spine.ts'

export function wirePlans(spine: Spine, findTool: FindTool) {
  const planParts = { ...spine, findTool }
  return {
    planParts,
    planCommands: {
      plans: makePlanCommands(planParts),
      standing: makeStandingCommands(spine),
    },
  }
}
