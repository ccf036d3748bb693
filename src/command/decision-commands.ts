/** The people's verbs on requests, bound to their ports for the faces. */
import type { ReviewStore } from '../approval/review.ts'
import type { At } from '../enforcement/spine.ts'
import { acknowledge } from './acknowledge.ts'
import { approve } from './approve.ts'
import { type AskParts, ask } from './ask.ts'
import { decideGroup } from './decide-group.ts'
import type { ApprovalCommands, DecisionOutcome } from './decision-ports.ts'
import { deny } from './deny.ts'
import { releaseInEmergency } from './emergency-release.ts'
import { escalateRequest } from './escalate.ts'
import { modify } from './modify.ts'
import { takeOver } from './take-over.ts'
import { eligibilityOf, viewRequest } from './view-request.ts'
import { withdraw } from './withdraw.ts'

/** `at` marks where a decision is durable and its person does not know yet. */
export function makeDecisionCommands(
  parts: AskParts & { readonly reviews: ReviewStore },
  at: At = () => undefined,
): ApprovalCommands {
  const durable = (outcome: DecisionOutcome): DecisionOutcome => {
    at('decision:after')
    return outcome
  }
  return {
    view: (input) => viewRequest(parts, input),
    approve: async (input) => durable(await approve(parts, input)),
    deny: async (input) => durable(await deny(parts, input)),
    takeOver: (input) => takeOver(parts, input),
    modify: async (input) => durable(await modify(parts, input)),
    group: async (input) => {
      const outcome = await decideGroup(parts, input)
      at('decision:after')
      return outcome
    },
    ask: (input) => ask(parts, input),
    escalate: (input) => escalateRequest(parts, input),
    releaseInEmergency: async (input) => durable(await releaseInEmergency(parts, input)),
    acknowledge: (input) => acknowledge(parts, input),
    withdraw: (input) => withdraw(parts, input),
    eligibility: (input) => eligibilityOf(parts, input),
  }
}
