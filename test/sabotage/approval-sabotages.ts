/** Sabotages of approvals: a yes that anybody gives, for anything, for ever, or that silence gives. */
import type { Sabotage } from './sabotage.ts'

export const APPROVAL_SABOTAGES: readonly Sabotage[] = [
  {
    // Every call of a task counts as the same call.
    name: 'approvals-for-anything',
    module: 'src/approval/binding.ts',
    export: 'fingerprintOf',
    body: "return original(tenant, task, '', '', '', {})",
  },
  {
    name: 'approvals-never-void',
    module: 'src/approval/discharge.ts',
    export: 'discharge',
    body: "return { kind: 'discharged', policyIds: facts.grant.policyIds }",
    first: 'test/promises-e2e/binding.test.ts',
  },
  {
    name: 'anyone-eligible',
    module: 'src/approval/eligibility.ts',
    export: 'eligibility',
    body: `const { needs } = facts.request
      const need = needs.find(({ role }) => !facts.signatures.some((each) => each.role === role))
      return need === undefined ? original(facts) : { isEligible: true, need }`,
  },
  {
    name: 'records-unchecked',
    module: 'src/approval/on-record.ts',
    export: 'unrecorded',
    body: 'return []',
  },
  {
    // The word of the gateway is enough.
    name: 'yes-unsigned',
    module: 'src/command/countersign.ts',
    export: 'countersignatureOf',
    body: 'return undefined',
  },
  {
    name: 'unread-consequences',
    module: 'src/approval/consequences.ts',
    export: 'unacknowledged',
    body: 'return []',
  },
  {
    name: 'silence-approves',
    module: 'src/enforcement/await-decision.ts',
    export: 'expire',
    body: `const nowMs = spine.clock.nowMs()
      const approved = closed(request, 'approved', undefined, nowMs)
      const { tenant, fingerprint, actionDigest, ruleDigest, needs } = request
      const policyIds = needs.flatMap((need) => need.policyIds)
      const grant = {
        tenant, id: spine.nextId(), request: request.id, fingerprint, actionDigest, ruleDigest,
        policyIds, people: [], state: 'live', grantedAtMs: nowMs, expiresAtMs: nowMs + 600_000,
      }
      await spine.commit(tenant, async (tx) => {
        await spine.approvals.put(tx, approved)
        await spine.approvals.putGrant(tx, grant)
        const data = { request: request.id, action_digest: actionDigest, reason: 'expired' }
        const actor = { kind: 'system', id: 'sweeper' }
        const entry = { id: spine.nextId(), type: 'approval.expired', atMs: nowMs, actor, data }
        return { value: undefined, entries: [entry] }
      })
      return approved`,
  },
  {
    name: 'confidence-lowers',
    module: 'src/enforcement/policy-request.ts',
    export: 'decideCall',
    body: `const decided = original(decide, bundle, call, facts, requests, discharged)
      return Number(call.arguments.confidence) > 0.9
        ? { ...decided, kind: 'allow', reason: 'allowed', obligations: [] }
        : decided`,
    first: 'test/promises-e2e/gates-by-context.test.ts',
  },
  {
    name: 'gaps-overlooked',
    module: 'src/command/ready-to-delegate.ts',
    export: 'delegationGap',
    body: 'return undefined',
  },
  {
    name: 'advice-unowned',
    module: 'src/command/recommend.ts',
    export: 'ownerOfAdvice',
    body: 'return task.onBehalfOf',
  },
  {
    name: 'permissions-merged',
    module: 'src/command/permissions.ts',
    export: 'requirePermission',
    body: 'return',
  },
  {
    name: 'limits-ignored',
    module: 'src/approval/limit.ts',
    export: 'exceeds',
    body: 'return false',
  },
  {
    name: 'owners-unresolved',
    module: 'src/roster/unowned.ts',
    export: 'unowned',
    body: 'return []',
  },
  {
    name: 'anything-is-a-role',
    module: 'src/identity/person.ts',
    export: 'isRole',
    body: 'return true',
  },
]
