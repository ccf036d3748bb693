/** What approvals promise: who may say yes, to exactly what, until when. */
import { GOVERNING, OWNERSHIP, type PromiseTexts, RISK, SPEED, STRONGER } from './sources.ts'

export const APR: PromiseTexts = {
  [GOVERNING]: {
    R9: 'Given an approval for (tool, target, args digest), when another tool, target or argument is tried under it, then it is denied; wildcard approvals over destructive classes fail policy load.',
    R34: 'Given a tool flagged destructive or externally visible, when called, then approval is required and the request carries case, target, blast radius, evidence and rollback.',
  },
  [OWNERSHIP]: {
    R126: 'Given any gated class, when policy loads, then an owning role with at least one eligible person resolves, else load fails.',
    R127: "Given an outcome that can affect containment, customer impact or regulated data handling, when evaluated, then an accountable owner is mandatory even if the tool's own class is low.",
    R128: 'Given an approver whose certification for that class is missing or expired, when they approve, then it is refused and re-routed; the certificate id is in the record.',
    R130: 'Given that data exposure, customer impact or regulatory reporting is possible, when a decision is packaged, then a field for each is present, prefilled from facts or marked unknown, and the owner acknowledges them once.',
    R131: 'Given an approver, when eligibility is computed, then training, authority grant and audit record are all checked, with the failing one named.',
    R133: 'Given an owner that is an agent, queue, group mailbox or alert, when configured, then it is rejected.',
    R134: 'Given the default role model, when installed, then incident commander, shift lead and delegated tier-3 analyst exist with distinct limits, and delegation (who, what, until when) is recorded.',
    R135: 'Given an owner, when they act, then approve, override and escalate exist as separate permissions and separate records.',
    R136: 'Given a decision package, when approving, then business impact, legal constraints and incident severity are explicit fields, prefilled where facts allow; missing any disables approve.',
    R138: 'Given the triggers containment, eradication and customer notification, when the ownership table is loaded, then each has its own named owner role, else loading fails.',
    R145: 'Given a roster, when a shift ends, then pending requests and running plans pass to the incoming holder on record and stale ones expire; a future gap in coverage is reported beforehand; overlapping shifts resolve by precedence.',
    R146: 'Given any running call or plan, when any rostered person presses stop, then it halts within 2 s without confirmation; a named stop holder is resolvable at every minute; only resuming is restricted.',
    R149: 'Given collect / delete / alter evidence actions, when called, then a human owner is required if availability, investigation or regulated data is affected.',
    R150: 'Given role-based ownership, when a request is raised, then it binds to the person on call now, whose name is in the record; others who are eligible and on shift may take it over on record; nobody eligible means escalation, never a pass.',
    R152: 'Given a yes by someone who is neither the resolved owner, nor took the request over, nor is a required co-signer, when made, then it is recorded as advice and does not release the action.',
    R153: 'Given two teams claiming one class, when policy loads, then the conflict is reported; exactly one accountable role per (class, tenant, environment).',
    R154: 'Given containment above threshold, when released, then a signature of the owner over the exact package exists before the lease is minted.',
  },
  [RISK]: {
    R51: 'Given a switch to `delegated`, when the audit sink is unhealthy, a write tool lacks rollback or waiver, or no owner resolves, then the switch is refused naming the gap.',
    R68: 'Given the default pack, when automatic containment, an identity reset or a firewall change is called, then approval by a named role is required out of the box.',
  },
  [SPEED]: {
    R77: 'Given a containment decision that affects access, identity state or business-critical workflows, when proposed by an agent, then only a human in the owning role can release it.',
    R78: 'Given an irreversible tool, when policy would auto-allow it, then load fails: irreversibility is a hard floor no pre-authorisation can lower.',
    R83: 'Given the effect model, when a tool changes identity, access or production state, then the human gate is derived from the class, not hand-listed.',
    R85: 'Given account disablement, session revocation, key rotation, case or incident closure, and business-workflow interruption, when an agent calls any of the five, then a human decision point exists; five tests of the default pack.',
    R87: 'Given a pending step, when decided, then approve, reject-with-reason and modify (new digest, re-decision) are available and the agent receives the reason.',
    R88: "Given a target labelled privileged, cloud-credential or availability-critical, when any action affects it, then a human must confirm, whatever the tool's own class.",
    R94: 'Given no human answer at 03:00, when the timer ends, then the request expires or escalates; no path auto-approves.',
  },
  [STRONGER]: {
    R111: 'Given a user-impacting flag, when an action carries it, then it is gated like containment.',
    R114: "Given any agent identity, when it tries to approve (own or another agent's request), then it is refused; only human principals hold approve.",
  },
}
