/** What identity promises: who acts, for whom, and that tenants stay apart. */
import { GOVERNING, type PromiseTexts, RISK, SPEED, STRONGER } from './sources.ts'

export const ID: PromiseTexts = {
  [GOVERNING]: {
    R7: 'Given an agent, when its inventory page is opened, then identity, every reachable secret reference and its effective privileges are computed from live configuration.',
    R11: "Given an agent presenting a human's token, when it connects, then it is rejected; the analyst may appear only as `on_behalf_of`, never as `actor`.",
    R12: 'Given two agents, when both act, then subject ids, policy sets and audit streams are distinct, and one client credential cannot register for both.',
    R19: 'Given an agent with a SPIFFE SVID or an RFC 8693 exchanged token, when it connects, then it is admitted; a static shared secret is admitted only if policy says so and is reported as weak.',
    R20: 'Given a lease or receipt, when verified, then it carries signed agent id, task id and purpose; any mismatch with the presenting workload is denied.',
    R21: 'Given the agent state machine, when created without owner / review overdue / key overdue / retired, then respectively refused / suspended / suspended / all credentials dead with history kept.',
    R42: 'Given registered upstreams, when the posture report runs, then static credentials are listed with age and breadth, and policy can refuse writes through them.',
  },
  [RISK]: {
    R56: 'Given an unregistered agent or one whose owner left, when it calls, then it is denied and appears in the shadow-agent list.',
    R72: 'Given an agent, when its posture is read, then lifecycle, exposure and oversight are joined in one record with the weakest link named.',
  },
  [SPEED]: {
    R90: 'Given upstream and agent keys, when older than their limit, then rotation is due, visible and enforceable.',
  },
  [STRONGER]: {
    R105: 'Given the registry, when the sprawl report runs, then unused, duplicate, ownerless and over-privileged agents are listed.',
  },
}

export const TEN: PromiseTexts = {
  [GOVERNING]: {
    R38: "Given two analysts on one orchestrator, when both work, then tasks, leases, approvals and visible data are separate; neither can act under the other's task.",
    R39: 'Given an export for one analyst, team or agent, when produced, then it contains nothing of others and still verifies against the checkpoint.',
    R43: 'Given a tenant-A task, when an argument or result names a tenant-B object, then the call is denied or the result withheld; no approval can cross tenants without a cross-tenant grant.',
  },
  [RISK]: {
    R71: 'Given an action touching queue Q, when owners of Q resolve to none or to two, then it is denied and routed to the escalation role.',
  },
}
