/** What execution promises: leases, the tools they open, and plans. */
import { GOVERNING, OWNERSHIP, type PromiseTexts, RISK, SPEED, STRONGER } from './sources.ts'

export const EXE: PromiseTexts = {
  [GOVERNING]: {
    R8: "Given an upstream credential broader than the tool's declared need, when registered, then it is flagged (strict mode: refused); a triage lease presented to a remediation tool is rejected.",
    R16: 'Given an allow, when executed, then a lease is minted after the decision with TTL ≤ the class maximum, and use after expiry fails upstream.',
    R17: 'Given a task that closes, times out or whose process crashes, when it ends, then all its leases are revoked within 60 s, including across a restart of the broker.',
    R26: 'Given a canary upstream secret, when all agent-visible traffic, logs and errors are captured, then the canary never appears.',
    R31: 'Given one credential presented by two steps or agents, when detected, then the second is rejected; leases are per step.',
  },
  [OWNERSHIP]: {
    R132: 'Given an action that destroys or overwrites evidence (wipe, reboot, kill, purge), when planned, then an evidence-preservation step and a business-impact check precede it or are waived by name; on isolation that keeps evidence, collection starts in parallel and nothing waits for it.',
  },
  [RISK]: {
    R55: 'Given a lease, when replayed with another audience, tool, target or key, then it is refused and reported.',
    R59: 'Given a lease, when introspected, then scope is at most (tool, target, verb) of the decision that minted it.',
    R60: "Given one agent with two tasks, when both act, then lease ids differ and ending one task leaves the other's leases valid.",
    R63: 'Given a tool for containment, isolation or access change without an inverse, self-expiry or signed waiver, when enabled, then it is refused; rollback is run and its effect verified in a test.',
  },
  [SPEED]: {
    R89: 'Given a lease for tool A, when presented to tool B, then it is refused and counted as a pivot attempt.',
  },
}

export const TOOL: PromiseTexts = {
  [GOVERNING]: {
    R1: 'Given agent A granted tools T, when A lists or calls a tool outside T, then it is absent from `tools/list` and a direct call is denied `tool_not_granted` and recorded.',
    R44: 'Given a newly added third-party tool server, when connected, then all its tools are quarantined until classified and approved, and calls to it count as externally visible.',
    R46: 'Given an approved tool whose name, description or schema hash changes, when next listed or called, then it is blocked until re-approved, with a diff.',
  },
  [SPEED]: {
    R98: 'Given a tool that triggers downstream automations, when classified, then its declared transitive effects set its class (worst case).',
  },
}

export const PLAN: PromiseTexts = {
  [OWNERSHIP]: {
    R151: 'Given a multi-agent plan, when approved once as a chain, then in-plan steps run without new prompts and any off-plan step stops for a new chain approval at the worst-case class.',
  },
  [STRONGER]: {
    R121: "Given agent A hands to B, when B acts, then B's authority ⊆ A's, labels and taint carry over, and the hand-off is a signed record.",
  },
}
