import { afterEach, expect, it } from 'vitest'
import type { ApprovalRequest } from '../../src/approval/request.ts'
import { putCertificate } from '../../src/command/put-certificate.ts'
import { putShift } from '../../src/command/put-shift.ts'
import { climbNow } from '../../src/enforcement/climb.ts'
import type { Role } from '../../src/identity/person.ts'
import { canonicalBytes } from '../../src/kernel/canonical-json.ts'
import { openRestGateway, roleLimits, TENANT } from '../harness/rest-gateway.ts'
import { forEachEngine } from '../harness/stores.ts'
import { aRequest } from '../store/samples.ts'

const SYSTEM = { kind: 'system', part: 'test' } as const
const HALF_MS = 450_000
const MANY = 100

forEachEngine((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  it('a hundred questions whose timers came due while nobody ran: none lost, none approved, all escalated [R94 R145]', async () => {
    const gateway = await openRestGateway(engine, undo)
    const { deps, fresh } = gateway
    const nowMs = fresh.clock.nowMs()
    const onDuty = async (name: string, role: Role) => {
      const { person } = await gateway.enrol(name, [role])
      const base = { tenant: TENANT, by: SYSTEM, person: person.id }
      await putShift(deps, {
        ...base,
        role,
        fromMs: nowMs - 1,
        toMs: nowMs + 3_600_000,
        source: 'plan',
      })
      const expiresAtMs = nowMs + 3_600_000
      await putCertificate(deps, {
        ...base,
        actionClass: 'contain',
        issuer: 'academy',
        expiresAtMs,
      })
      return person.id
    }
    const lead = await onDuty('lea', 'shift-lead')
    const commander = await onDuty('cleo', 'incident-commander')
    const ask = async (): Promise<ApprovalRequest> => {
      const entryId = fresh.nextId()
      const request = aRequest(fresh, {
        isIrreversible: false,
        risk: { criticality: 2, targets: 1, environments: ['production'], severity: 3 },
        requestEntry: entryId,
        owner: lead,
        createdAtMs: nowMs,
        expiresAtMs: nowMs + 2 * HALF_MS,
        dueAtMs: nowMs + HALF_MS,
        ladder: { paged: [lead], lastPagedAtMs: nowMs, isPastHalf: false },
      })
      await deps.commit(TENANT, async (tx) => {
        await deps.approvals.put(tx, request)
        const entry = {
          id: entryId,
          type: 'approval.requested',
          atMs: nowMs,
          actor: { kind: 'agent', id: request.agent },
          caseId: request.caseId,
          task: request.task,
          call: request.call,
          data: {
            request: request.id,
            action_digest: request.actionDigest,
            role: 'shift-lead',
            strength: 'approve',
            expires: request.expiresAtMs,
            claim: 'none',
          },
          payloads: {
            package: {
              bytes: canonicalBytes({ targets: [] }),
              mediaType: 'application/json',
              dataClass: 'operational',
            },
          },
        } as const
        return { value: undefined, entries: [entry] }
      })
      return request
    }
    for (let asked = 0; asked < MANY; asked++) await ask()
    const laterMs = nowMs + HALF_MS
    const clock = { nowMs: () => laterMs }
    // Nothing of this was in memory: the rows alone say what is due.
    const due = await fresh.store.approvals.dueToClimb(laterMs, MANY + 1)
    expect(due).toHaveLength(MANY)
    for (const request of due)
      await climbNow({ ...deps, ...fresh.store, clock, roleLimits }, request)
    const pending = await fresh.store.approvals.list(TENANT, 'pending')
    expect(pending).toHaveLength(MANY)
    expect(new Set(pending.map(({ owner }) => owner))).toEqual(new Set([commander]))
    expect(await fresh.store.approvals.dueToClimb(laterMs, 1)).toEqual([])
    const types = await gateway.types()
    expect(types.filter((type) => type === 'approval.escalated')).toHaveLength(MANY)
    expect(types).not.toContain('approval.granted')
  }, 60_000)
})
