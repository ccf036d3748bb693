/** What holds under attack, and what becomes of the data that is read. */
import { GOVERNING, OWNERSHIP, type PromiseTexts, RISK, SPEED, STRONGER } from './sources.ts'

export const INT: PromiseTexts = {
  [GOVERNING]: {
    R18: 'Given a running session, when the agent is quarantined (by hand or rule), then in-flight calls are refused, leases revoked and pending approvals voided within 2 s.',
    R27: 'Given a credential pattern in a prompt, argument or result, when it crosses the gateway, then it is blocked or redacted and an exposure event opens a rotation task.',
    R36: 'Given a read-only task, when it chains reads into a write without an approved plan, then the write is denied or turned into a plan approval, never run.',
    R41: 'Given a stolen lease replayed from another workload, when used, then it fails (sender-constrained) and alerts; fan-out over more than k targets in a window is throttled and escalated.',
    R45: 'Given hostile instructions inside a tool result, when the agent next calls a tool, then reads and annotations inside its own case stay free, and any call from `write` up or leaving the tenant needs approval that shows the source of the taint, once per source.',
  },
  [RISK]: {
    R74: 'Given reuse from two places, a dormant agent waking, or privilege growth, when seen, then detection rules fire and export.',
  },
  [SPEED]: {
    R81: 'Given confidence 0.99, when blast radius is high, then the gate is unchanged: confidence may raise a gate, never lower it.',
  },
  [STRONGER]: {
    R115: 'Given an evidence source whose identity is under suspicion in an open case, when cited, then its weight is void and independent evidence is required.',
  },
}

export const DATA: PromiseTexts = {
  [OWNERSHIP]: {
    R143: "Given a task enriched with secrets, identity telemetry or signals of another domain, when it proposes an action from `write` up, then the owner's approval is required.",
  },
  [STRONGER]: {
    R106: 'Given a tool result, when returned to a model, then only fields allowed for (agent, purpose, data class) pass; removed fields are listed by name in the record.',
    R110: 'Given a high-impact task, when retention runs, then full prompt, input and output are kept (encrypted) for the set period; low-impact keeps hashes only.',
    R112: "Given a read whose result class exceeds the model's clearance (or the model's hosting location), when called, then it is denied or redacted before the model sees it.",
    R120: 'Given a drafted note containing a restricted class, when posted to a wider-audience system, then it is blocked or masked.',
    R122: 'Given an export for training, when requested, then it is a governed action with approval, class filter, manifest and retention terms.',
    R123: 'Given a data subject or case under legal hold / deletion, when asked, then stores holding its content are listed; content can be erased while the chain still verifies.',
  },
}
