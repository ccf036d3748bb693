import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApprovalRequest } from '../../src/approval/request.ts'
import { changeAgentState } from '../../src/command/change-agent.ts'
import { closeTask } from '../../src/command/close-task.ts'
import { openTask } from '../../src/command/open-task.ts'
import { putCertificate } from '../../src/command/put-certificate.ts'
import { putShift } from '../../src/command/put-shift.ts'
import { canonicalBytes } from '../../src/kernel/canonical-json.ts'
import { giveKey, signedBy } from '../harness/passkeys.ts'
import type { ActiveAgent, RestGateway, Token } from '../harness/rest-gateway.ts'
import { BASE_URL, openRestGateway, registerActiveAgent, TENANT } from '../harness/rest-gateway.ts'
import { forEachEngine } from '../harness/stores.ts'
import { aLease, aRequest, digestNamed } from '../store/samples.ts'

const SYSTEM = { kind: 'system', part: 'test' } as const

forEachEngine((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  let gateway: RestGateway
  let mine: ActiveAgent
  let analyst: Token
  let lead: Token

  beforeEach(async () => {
    gateway = await openRestGateway(engine, undo)
    mine = await registerActiveAgent(gateway)
    analyst = await gateway.enrol('ada', ['analyst'])
    lead = await gateway.enrol('lea', ['shift-lead'])
    await giveKey({ ...gateway.deps, store: gateway.fresh.store }, lead.person)
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  const statement = {
    tool: 'firewall__block_address',
    arguments: { address: '203.0.113.7', note: null, weight: 0.5 },
  }
  const NAMES = [
    'incident_severity',
    'business_impact',
    'legal_constraints',
    'data_exposure',
    'customer_impact',
    'regulatory_reporting',
  ]
  const shown = {
    targets: [{ kind: 'ipv4_net', id: '203.0.113.7' }],
    reasons: ['containment'],
    consequences: Object.fromEntries(NAMES.map((name) => [name, { state: 'unknown', values: [] }])),
  }

  /** A held call as enforcement leaves it: the request, and its entry with what a person will read. */
  const hold = async (): Promise<ApprovalRequest> => {
    const { deps, fresh } = gateway
    const { task } = await openTask(deps, {
      tenant: TENANT,
      by: { kind: 'person', person: analyst.person },
      agentId: mine.agent.id,
      caseRef: 'INC-482',
      purpose: 'respond',
      scope: [],
    })
    const entryId = fresh.nextId()
    const request = aRequest(fresh, {
      tool: statement.tool,
      agent: mine.agent.id,
      agentOwner: mine.owner.person.id,
      task: task.id,
      caseId: mine.caseId,
      onBehalfOf: analyst.person.id,
      isIrreversible: false,
      risk: { criticality: 2, targets: 1, environments: ['production'], severity: 3 },
      requestEntry: entryId,
      needs: [{ role: 'shift-lead', strength: 'approve', policyIds: ['contain-needs-lead'] }],
      createdAtMs: fresh.clock.nowMs(),
      expiresAtMs: fresh.clock.nowMs() + 900_000,
      claim: 'none',
      upgradesPurpose: false,
      owner: lead.person.id,
    })
    const json = (value: unknown) =>
      ({
        bytes: canonicalBytes(value),
        mediaType: 'application/json',
        dataClass: 'operational',
      }) as const
    await deps.commit(TENANT, async (tx) => {
      await deps.approvals.put(tx, request)
      const data = {
        request: request.id,
        action_digest: request.actionDigest,
        role: 'shift-lead',
        owner: lead.person.id,
        strength: 'approve',
        expires: request.expiresAtMs,
        claim: 'none',
      }
      const entry = {
        id: entryId,
        type: 'approval.requested',
        atMs: fresh.clock.nowMs(),
        actor: { kind: 'agent', id: mine.agent.id },
        caseId: mine.caseId,
        task: task.id,
        call: request.call,
        data,
        payloads: { statement: json(statement), package: json(shown), intent: json({}) },
      } as const
      return { value: undefined, entries: [entry] }
    })
    return request
  }

  const entitle = async (): Promise<void> => {
    const nowMs = gateway.fresh.clock.nowMs()
    const base = { tenant: TENANT, by: SYSTEM, person: lead.person.id }
    await putShift(gateway.deps, {
      ...base,
      role: 'shift-lead',
      fromMs: nowMs - 1_000,
      toMs: nowMs + 3_600_000,
      source: 'plan',
    })
    await putCertificate(gateway.deps, {
      ...base,
      actionClass: 'contain',
      issuer: 'academy',
      expiresAtMs: nowMs + 3_600_000,
    })
  }

  const post = (who: Token, request: ApprovalRequest, verb: string, body?: unknown) =>
    gateway.send('POST', `/api/v1/approvals/${request.id}/${verb}`, {
      token: who.token,
      ...(body === undefined ? {} : { body }),
    })
  const decision = (request: ApprovalRequest, reason = 'address seen in the logs') => ({
    seen_digest: request.actionDigest,
    reason,
    acknowledged: NAMES,
    ...signedBy(BASE_URL, lead.person, request.actionDigest),
  })

  describe('reading', () => {
    it('shows the literal recorded arguments, the facts, the digest and whether the viewer may decide', async () => {
      const request = await hold()
      const path = `/api/v1/approvals/${request.id}`
      const answer = (await gateway.send('GET', path, { token: lead.token })).json()
      expect(answer).toMatchObject({
        id: request.id,
        state: 'pending',
        action_digest: request.actionDigest,
        tool: 'firewall__block_address',
        needs: [{ role: 'shift-lead', strength: 'approve', policies: ['contain-needs-lead'] }],
        statement: { state: 'present', value: statement },
        package: { state: 'present', value: shown },
        eligibility: { eligible: false, failing: 'on_duty' },
      })
      await entitle()
      const entitled = (await gateway.send('GET', path, { token: lead.token })).json()
      expect(entitled.eligibility).toMatchObject({ eligible: true, role: 'shift-lead' })
    })

    it('lists by state', async () => {
      const request = await hold()
      const list = async (state: string) =>
        (
          await gateway.send('GET', `/api/v1/approvals?state=${state}`, { token: lead.token })
        ).json()
      expect((await list('pending')).approvals).toMatchObject([{ id: request.id }])
      expect((await list('denied')).approvals).toEqual([])
    })

    it('records who looked', async () => {
      const request = await hold()
      expect((await post(lead, request, 'view')).status).toBe(200)
      expect((await gateway.types()).at(-1)).toBe('approval.viewed')
    })
  })

  describe('deciding', () => {
    it('releases with the yes of the entitled person, once', async () => {
      const request = await hold()
      await entitle()
      const answer = await post(lead, request, 'approve', decision(request))
      expect(answer.status).toBe(200)
      expect(answer.json()).toMatchObject({
        outcome: 'released',
        approval: { state: 'approved', decided_by: lead.person.id },
        receipts: [{ type: 'approval.granted' }],
      })
      const again = await post(lead, request, 'approve', decision(request))
      expect([again.status, again.json().code]).toEqual([409, 'approval_closed'])
    })

    it('records the yes of somebody else as advice that releases nothing [R152]', async () => {
      const request = await hold()
      const answer = await post(analyst, request, 'approve', decision(request))
      expect(answer.json()).toMatchObject({
        outcome: 'advised',
        failing: 'role',
        approval: { state: 'pending' },
        receipts: [{ type: 'approval.advised' }],
      })
      expect(await gateway.fresh.store.approvals.grantOf(TENANT, request.id)).toBeUndefined()
    })

    it('refuses a decision about something else than was seen, or without a reason', async () => {
      const request = await hold()
      await entitle()
      const size = await gateway.size()
      const other = { ...decision(request), seen_digest: digestNamed('9') }
      const mismatch = await post(lead, request, 'approve', other)
      expect([mismatch.status, mismatch.json().code]).toEqual([409, 'seen_digest_mismatch'])
      const silent = await post(lead, request, 'approve', decision(request, '  '))
      expect([silent.status, silent.json().code]).toEqual([400, 'reason_required'])
      expect(await gateway.size()).toBe(size)
    })

    it('denies with a reason that stays out of the entry', async () => {
      const request = await hold()
      await entitle()
      const answer = await post(lead, request, 'deny', decision(request, 'customer range'))
      expect(answer.json()).toMatchObject({ outcome: 'denied', approval: { state: 'denied' } })
      const size = await gateway.size()
      const [entry] = await gateway.fresh.store.ledger.entries(TENANT, size - 1, size)
      expect(new TextDecoder().decode(entry?.bytes)).not.toContain('customer')
    })
  })

  describe('the end of authority', () => {
    const underWay = async () => {
      const approved = await hold()
      await entitle()
      await post(lead, approved, 'approve', decision(approved))
      const { deps, fresh } = gateway
      const lease = aLease(fresh, { task: approved.task, call: approved.call })
      await deps.commit(TENANT, async (tx) => {
        await fresh.store.leases.put(tx, lease)
        const entry = {
          id: fresh.nextId(),
          type: 'lease.requested',
          atMs: fresh.clock.nowMs(),
          actor: { kind: 'system', id: 'test' },
          data: { lease: lease.id, kind: 'local', tool: lease.tool },
        } as const
        return { value: undefined, entries: [entry] }
      })
      return { approved, lease }
    }
    const settled = async (request: ApprovalRequest, leaseId: string) => {
      const { approvals, leases } = gateway.fresh.store
      return {
        grant: (await approvals.grantOf(TENANT, request.id))?.state,
        lease: (await leases.byId(TENANT, leaseId))?.state,
      }
    }

    it('voids grants and revokes leases of a task that closes, in the same commit [R17]', async () => {
      const { approved, lease } = await underWay()
      const bystander = await hold()
      const size = await gateway.size()
      await closeTask(gateway.deps, {
        tenant: TENANT,
        by: SYSTEM,
        taskId: approved.task,
        reason: 'done',
      })
      expect(await settled(approved, lease.id)).toEqual({ grant: 'void', lease: 'revoked' })
      expect((await gateway.types()).slice(size)).toEqual([
        'task.closed',
        'grant.voided',
        'lease.revoked',
      ])
      const other = await gateway.fresh.store.approvals.byId(TENANT, bystander.id)
      expect(other?.state).toBe('pending')
    })

    it('cancels what waits, voids what was granted and revokes leases of an agent that is suspended [R18]', async () => {
      const { approved, lease } = await underWay()
      const pending = await hold()
      const size = await gateway.size()
      await changeAgentState(gateway.deps, {
        tenant: TENANT,
        by: SYSTEM,
        agentId: mine.agent.id,
        state: 'suspended',
      })
      expect(await settled(approved, lease.id)).toEqual({ grant: 'void', lease: 'revoked' })
      const cancelled = await gateway.fresh.store.approvals.byId(TENANT, pending.id)
      expect(cancelled).toMatchObject({ state: 'cancelled', reasonCode: 'agent-suspended' })
      expect((await gateway.types()).slice(size)).toEqual([
        'agent.changed',
        'approval.cancelled',
        'grant.voided',
        'lease.revoked',
      ])
    })
  })
})
