/** What oversight promises: whether the gates are worth their cost, and the mappings to standards. */
import { GOVERNING, OWNERSHIP, type PromiseTexts, RISK, SPEED, STRONGER } from './sources.ts'

export const OVS: PromiseTexts = {
  [GOVERNING]: {
    R4: 'Given only read tools, when 1 000 calls run, then none waits for a human, added p95 stays under the published budget, and every record still names agent, task and responsible analyst.',
    R10: 'Given a task with purpose `investigate`, when the first call above `influence` arrives, then a read-to-write transition is recorded and shown; the one signature that approves the call also upgrades the purpose, and without it nothing runs. Proposing tools stay visible in every purpose.',
    R32: 'Given a week of traffic, when the friction report runs, then approvals per analyst-shift, wait time and pre-authorised share are shown per policy rule.',
  },
  [OWNERSHIP]: {
    R142: 'Given a period, when the review runs, then false-positive, over-blocking and delayed-response rates are computed per rule and owner with cases attached, and a sign-off is required.',
    R144: 'Given declared vs running configuration (tools, policies, grants), when they differ, then drift is raised with age and owner.',
    R155: 'Given a deployment, when `doctor` runs, then missing roles, review schedules or escalation criteria are listed as failures.',
  },
  [RISK]: {
    R65: "Given any gate, when reported, then added decision latency and added time-to-contain are shown per tier, so that a gate's cost is known.",
    R70: 'Given a recommendation, when a human does nothing, then nothing happens; acceptance is an explicit act with a reason, and acceptances faster than a floor are flagged.',
  },
  [SPEED]: {
    R82: 'Given a post-incident review, when outcomes are coded, then premature isolation, missed escalation and overbroad access change are selectable and trended per agent and per rule.',
    R92: 'Given a playbook chain ending in closure or containment, when it runs at volume, then per-chain rate caps and a sampled human check apply.',
    R93: 'Given a gated class, when approve is pressed before the evidence view was opened or the reading floor passed, then it is refused or asks for a challenge.',
    R95: 'Given low-risk closures, when they run, then a configured sample is queued for after-the-fact review and disagreement feeds the review report.',
    R100: 'Given a new agent or rule, when introduced, then stages shadow → advisory → supervised → delegated exist with exit criteria and one-click demotion.',
  },
  [STRONGER]: {
    R107: 'Given a control-test schedule, when run, then synthetic forbidden actions are attempted and proven blocked; failures page the owner.',
    R117: 'Given alert volume over the surge threshold, when approvals speed up while evidence views fall, then surge mode groups requests into fewer, larger signed decisions with target lists and exclusions, raises sampling, and informs the shift lead; it never adds clicks per item.',
  },
}

export const STD: PromiseTexts = {
  [GOVERNING]: {
    R28: 'Given the controls, when the report is generated, then each maps to a CSF 2.0 function with links to live evidence records.',
    R47: 'Given the shipped policy pack, when exported, then every rule carries machine-readable framework references (OWASP Agentic, MAESTRO, AI RMF).',
  },
  [OWNERSHIP]: {
    R156: 'Given CSF GV.RM-01, when the mapping is exported, then risk-ownership evidence (threshold document, owners, reviews) is attached.',
  },
  [RISK]: {
    R75: 'Given any executed action, when checked, then it references an approved tool version, an open task and a complete decision path.',
  },
}
