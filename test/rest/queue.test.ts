import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ApprovalRequest } from '../../src/approval/request.ts'
import { putShift } from '../../src/command/put-shift.ts'
import type { ActiveAgent, RestGateway, Token } from '../harness/rest-gateway.ts'
import { openRestGateway, registerActiveAgent, TENANT } from '../harness/rest-gateway.ts'
import { entryDraft, forEachEngine } from '../harness/stores.ts'
import { aRequest } from '../store/samples.ts'

const SYSTEM = { kind: 'system', part: 'test' } as const

forEachEngine((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  let gateway: RestGateway
  let mine: ActiveAgent
  let lead: Token
  let other: Token

  beforeEach(async () => {
    gateway = await openRestGateway(engine, undo)
    mine = await registerActiveAgent(gateway)
    lead = await gateway.enrol('lea', ['shift-lead'])
    other = await gateway.enrol('otto', ['service-owner'])
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  const hold = async (more: Partial<ApprovalRequest>, targets: readonly string[] = []) => {
    const { fresh } = gateway
    fresh.clock.advance(1)
    const request = aRequest(fresh, {
      createdAtMs: fresh.clock.nowMs(),
      agent: mine.agent.id,
      caseId: mine.caseId,
      owner: other.person.id,
      expiresAtMs: fresh.clock.nowMs() + 900_000,
      ...more,
    })
    await fresh.store.commit(TENANT, async (tx) => {
      await fresh.store.approvals.put(tx, request)
      await fresh.store.pastDecisions.remember(tx, request.id, targets)
      return { value: undefined, entries: [entryDraft(fresh)] }
    })
    return request
  }
  const ask = async (query: string, who = lead) => {
    const answer = await gateway.send('GET', `/api/v1/approvals${query}`, { token: who.token })
    expect([query, answer.status]).toEqual([query, 200])
    const { approvals = [], ...rest } = answer.json() as {
      approvals?: { id: string; targets: string[] }[]
    }
    return { ...rest, ids: approvals.map(({ id }) => id), approvals }
  }

  describe('the queue over REST', () => {
    it('names the targets of each request, and pages with the total beside', async () => {
      const one = await hold({}, ['ipv4_net/203.0.113.7'])
      const two = await hold({})
      const first = await ask('?limit=1')
      expect(first).toMatchObject({ total: 2, ids: [one.id] })
      expect(first.approvals[0]?.targets).toEqual(['ipv4_net/203.0.113.7'])
      expect(await ask('?limit=1&offset=1')).toMatchObject({ total: 2, ids: [two.id] })
    })

    it('shows mine, what my teams have to sign while I am on duty, and everything', async () => {
      const own = await hold({ owner: lead.person.id })
      const team = await hold({ needs: need('shift-lead') })
      const foreign = await hold({ needs: need('service-owner') })
      expect((await ask('?view=mine')).ids).toEqual([own.id])
      expect((await ask('?view=teams')).ids).toEqual([own.id])
      const nowMs = gateway.fresh.clock.nowMs()
      await putShift(gateway.deps, {
        tenant: TENANT,
        by: SYSTEM,
        person: lead.person.id,
        role: 'shift-lead',
        fromMs: nowMs - 1,
        toMs: nowMs + 3_600_000,
        source: 'plan',
      })
      expect((await ask('?view=teams')).ids.toSorted()).toEqual([own.id, team.id].toSorted())
      expect((await ask('?view=waiting')).ids).toContain(foreign.id)
      expect(await ask('/counts')).toMatchObject({ mine: 1, teams: 2, waiting: 3 })
    })

    it('finds by the names people know: agent, case, owner', async () => {
      const one = await hold({})
      await hold({ agent: other.person.id, caseId: other.person.id, owner: lead.person.id })
      for (const word of ['TRIAGE', 'inc-482', 'otto', 'otto inc-482'])
        expect((await ask(`?q=${encodeURIComponent(word)}`)).ids).toEqual([one.id])
      expect((await ask('?q=otto+lea')).ids).toEqual([])
      expect((await ask(`?case=${mine.caseId}`)).ids).toEqual([one.id])
    })

    it('refuses more than 500 at once and a member it does not know, and says so', async () => {
      for (const query of ['?limit=501', '?limit=0', '?offset=-1', '?view=yours', '?sort=age']) {
        const { token } = lead
        const answer = await gateway.send('GET', `/api/v1/approvals${query}`, { token })
        expect([query, answer.status]).toEqual([query, 400])
        expect(answer.json()).toMatchObject({ code: 'request_invalid' })
      }
    })
  })
})

function need(role: 'shift-lead' | 'service-owner') {
  return [{ role, strength: 'approve', policyIds: [] }] as const
}
