/** What policy promises: what is decided, from which facts, and what no rule may lower. */
import { GOVERNING, OWNERSHIP, type PromiseTexts, RISK, SPEED, STRONGER } from './sources.ts'

export const POL: PromiseTexts = {
  [GOVERNING]: {
    R2: 'Given the tool catalogue, when `explain` is run for every tool × risk tier, then each pair answers allow / deny / approval with a deciding policy id; no pair is unanswered.',
    R5: 'Given one query, one enrichment lookup, one ticket update, one containment step and one isolation, when they run, then each yields exactly one decision record, and the upstream is unreachable without a lease minted by that decision.',
    R13: 'Given a role that permits and a context rule that denies (and the reverse), when evaluated, then both are denied: the role is an upper bound, never sufficient.',
    R14: 'Given the same call twice with changed context between, when evaluated, then the second is decided on the new context; no allow outlives the hash of its inputs.',
    R15: 'Given a fixture, when purpose, touched-data labels or reversibility is flipped alone, then the decision changes as the policy says (three independent tests).',
    R22: 'Given an approval granted earlier, when execution starts, then action digest, rule digest, outcome and obligations of the fresh decision, suspension or revocation of the approver, and expiry are re-validated in the same commit as the dispatch, else the call is refused with a reason code. Duty is tested when signing, not again at execution; a change elsewhere in the policy bundle voids nothing.',
    R23: 'Given an investigation session, when tools are listed, then no write tool is visible and no write lease can be minted; remediation needs a separate task grant.',
    R24: "Given any attempt to exceed the session's class, when denied, then the owner is notified and an alert event is exported.",
    R33: 'Given a pre-authorisation that covers an irreversible or unclassified tool, when policy is loaded, then lint fails and it is not activated.',
    R35: 'Given the risk-threshold document (version, owner, rationale, dates), when a decision is made, then it cites that version; changing it needs approval and takes effect at a recorded time.',
    R37: 'Given step n of a task, when evaluated, then accumulated state (tools used, data labels, taint, targets) is part of the input; a fixture with identical prompt but different history decides differently.',
  },
  [OWNERSHIP]: {
    R129: "Given evidence older than the class's freshness limit, when used to justify an action, then the request is returned for refresh.",
    R139: 'Given numeric thresholds per kind (hosts, accounts, records), when crossed, then the required role or count of approvers rises.',
    R141: 'Given both high, when requested, then it escalates to the higher role automatically rather than passing the normal gate.',
    R147: 'Given low-severity triage, when below the documented threshold, then no human is asked; the share so passed is reported.',
    R148: 'Given ticket enrichment or alert deduplication, when run, then owner = system is legal; for any class that changes production state it is not.',
  },
  [RISK]: {
    R48: 'Given an approved order of steps, when step 3 is called before step 2 or a gate is moved, then it is denied unless a policy change record allows it.',
    R49: 'Given a supervised agent, when any effect from `write` up, or a lowering `influence`, would land before its review, then it is refused or held; the counter `effects_before_review` stays 0.',
    R50: 'Given an agent in mode `advisory`, when it calls a tool from `write` up, then it is refused and told to recommend; changing the mode to `delegated` is itself an owner-approved, recorded action.',
    R53: 'Given a tool classed annotate whose observed effect is a state change, when detected, then its class is raised, it is suspended and the owner told.',
    R54: 'Given severity, priority, assignee, tag or status edits, when made by an agent, then they are governed as `influence`, attributed, reversible and shown to the case owner.',
    R57: 'Given no matching policy or an empty policy set, when a call arrives, then it is denied; the server refuses to serve writes without a loaded, signed policy.',
    R61: 'Given a fixture, when ticket state (open to closed), severity (high to low), environment (production to lab) or approval status (approved to not) is flipped alone, then the decision changes as the policy says: four independent tests.',
    R64: 'Given policy files, when linted, then assist and execute rules live in separate namespaces with separate reviewers.',
    R66: 'Given a policy that applies one rule to all tiers, when linted, then a warning names it; tier derivation is itself policy and testable.',
    R67: 'Given low-tier enrich / classify, when called, then no approval is asked and the record exists.',
    R69: "Given a tool with lasting effects and no confirmation, when called, then it is denied, whatever the model's confidence.",
  },
  [SPEED]: {
    R76: 'Given the default pack, when enrichment, clustering, summarisation and draft recommendation run, then they are allowed without approval inside an open task.',
    R79: 'Given a proposed action whose rationale or evidence references resolve neither to recorded tool results nor to evidence a person attested and signed (labelled as such), when submitted, then it cannot enter the approval queue.',
    R84: 'Given the low-risk layer (summarisation, deduplication, timeline reconstruction, evidence indexing), when it runs, then it cannot mint any lease that writes.',
    R91: 'Given a recommendation, when its evidence is not explainable, its source data not traceable, or its proposed action not reversible, then its status is `advisory` and it cannot be executed through a plan.',
    R96: "Given a case tagged privileged access, lateral movement with service accounts, or identity compromise in a cloud control plane, when AI output proposes an action from `write` up, then a person validates it first, even where the tool's own class is low; reads and annotations stay free.",
    R97: 'Given evidence whose source reports gaps or delay, when used, then completeness is shown and the gate is raised.',
  },
  [STRONGER]: {
    R101: 'Given an agent edits interpretation, priority or escalation, when applied, then before/after, reason and owner are recorded and the edit can be reverted.',
    R118: 'Given an enrichment-only agent, when configured, then lighter review is possible only while it holds no write grant.',
    R119: 'Given equal confidence, when blast radius differs, then the gate differs; given equal blast radius, lower gate by confidence is impossible.',
    R125: 'Given influence levels, when policy is linted, then required controls are monotonic: no level has fewer controls than a lower one.',
  },
}
