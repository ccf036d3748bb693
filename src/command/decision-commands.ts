/** The people's verbs on requests, bound to their ports for the faces. */
import { approve } from './approve.ts'
import type { DecisionParts } from './decision-parts.ts'
import type { ApprovalCommands } from './decision-ports.ts'
import { deny } from './deny.ts'
import { takeOver } from './take-over.ts'
import { eligibilityOf, viewRequest } from './view-request.ts'
import { withdraw } from './withdraw.ts'

export function makeDecisionCommands(parts: DecisionParts): ApprovalCommands {
  return {
    view: (input) => viewRequest(parts, input),
    approve: (input) => approve(parts, input),
    deny: (input) => deny(parts, input),
    takeOver: (input) => takeOver(parts, input),
    withdraw: (input) => withdraw(parts, input),
    eligibility: (input) => eligibilityOf(parts, input),
  }
}
