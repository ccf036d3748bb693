/** What the record promises: what is written, linked, signed and provable. */
import { GOVERNING, OWNERSHIP, type PromiseTexts, RISK, SPEED, STRONGER } from './sources.ts'

export const AUD: PromiseTexts = {
  [GOVERNING]: {
    R3: 'Given a log obligation on a tool class, when any obliged field cannot be written durably, then a write-class call is not executed (fail closed) and the refusal itself is recorded once logging is back.',
    R6: 'Given a change to a prompt template, tool grant or gate, when it is applied, then it is versioned, attributed, approved by a second person, and appears in the audit chain.',
    R25: 'Given a case id, when queried, then prompt, tool invocation, data source, approval step and outcome come back linked and inclusion-provable; a missing link is reported as a defect, not omitted.',
    R29: 'Given any action id and an export, when verified offline, then agent, accountable role holder, policy version and outcome are proven, or verification fails loudly.',
    R30: 'Given a nested SOAR chain ending in a destructive call, when it is reconstructed, then the record shows the root→leaf step path and the triggering input; an anonymous step is denied.',
    R40: "Given a date range, when the auditor's query runs, then who approved, what exactly, when, and under which policy version are returned for every gated action, and each row carries its own proof.",
  },
  [OWNERSHIP]: {
    R137: 'Given a decision, when exported, then a signed statement (who, role, certificate, package digest, policy version) verifies offline.',
    R140: 'Given an override, when saved, then the AI recommendation, the human override and the final rationale are stored side by side and diffable.',
  },
  [RISK]: {
    R52: 'Given any decision, when read, then decider, decided-at and ordered effects are fields, not prose.',
    R58: 'Given a case, when summarised, then each AI contribution is labelled advise / influence / execute with counts.',
    R62: 'Given a recommendation with no owner, when submitted, then it is refused; otherwise it is a first-class record linked to any action it led to.',
    R73: 'Given an action, when `explain` runs, then a narrative is built from records only; an unexplainable action is counted as a governance failure.',
  },
  [SPEED]: {
    R80: 'Given a recommendation, when opened, then each claim links to the raw recorded evidence, viewable without asking the model.',
    R86: 'Given a final action, when walked back, then prompt, output, override (if any) and action are linked both ways.',
    R99: 'Given an agent able to open tickets, disable accounts or rotate secrets, when explainability, approval workflow or immutable logging is off, then the agent cannot be enabled.',
  },
  [STRONGER]: {
    R102: 'Given a recommendation, when stored, then model id, version, parameters, prompt hash, confidence and alternatives considered are fields.',
    R103: 'Given a recommendation, when audited, then retrieved, surfaced and cited evidence sets can be compared, so that omission is visible.',
    R104: 'Given a disposition, when read, then accepted, rejected or overridden, plus reason, person, role and time, is present and signed.',
    R108: 'Given any AI-influenced action, when its card is rendered, then who owned the model output, what data was used, whether the recommendation was logged and how the action was approved are answered from records.',
    R109: 'Given a closed ticket, when its ticket text is deleted upstream, then the decision log still reconstructs the case.',
    R113: 'Given a disposition, when made, then the reason is written back to the case system as a signed, linked annotation.',
    R116: 'Given recorded evidence, when later fetched, then its digest matches the one in the chain; mismatch blocks use and alerts.',
    R124: 'Given regulated mode, when any step cannot be fully recorded, then it does not run; `reconstruct <case>` reports 100 % or names the gap.',
  },
}
