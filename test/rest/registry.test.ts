import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { registerAgent } from '../../src/command/register-agent.ts'
import type { Role } from '../../src/identity/person.ts'
import { codeOf } from '../../src/kernel/failure.ts'
import type { ActiveAgent, RestGateway, Sending, Token } from '../harness/rest-gateway.ts'
import { BASE_URL, openRestGateway, registerActiveAgent, TENANT } from '../harness/rest-gateway.ts'
import { forEachEngine } from '../harness/stores.ts'
import { exchangeForm, makeWorkload, signAssertion } from '../harness/workload.ts'

forEachEngine((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  let gateway: RestGateway
  let engineer: Token

  beforeEach(async () => {
    gateway = await openRestGateway(engine, undo)
    engineer = await gateway.enrol('edda', ['platform-engineer'])
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  const as = async (who: Token, method: string, path: string, sending: Sending = {}) =>
    gateway.send(method, path, { token: who.token, ...sending })
  const ok = async (who: Token, method: string, path: string, body?: unknown) => {
    const answer = await as(who, method, path, body === undefined ? {} : { body })
    expect([path, answer.status < 300, answer.text]).toEqual([path, true, answer.text])
    return answer.json()
  }
  const lastEntry = async () => {
    const size = await gateway.size()
    const [entry] = await gateway.fresh.store.ledger.entries(TENANT, size - 1, size)
    return new TextDecoder().decode(entry?.bytes)
  }

  describe('agents', () => {
    const register = async (name: string, changed: object = {}) => {
      const workload = await makeWorkload(`spiffe://soc.example/${name}`)
      const body = {
        name,
        subject: workload.subject,
        owner: engineer.person.id,
        grants: ['logs/query', 'logs/query', 'firewall/*'],
        key: { ...workload.publicJwk, use: 'sig', kid: 'mine' },
        ...changed,
      }
      return { workload, body, answer: await as(engineer, 'POST', '/api/v1/agents', { body }) }
    }

    it('starts proposed and in shadow, so that registering alone lets nothing run', async () => {
      const { workload, answer } = await register('triage')
      expect(answer.status).toBe(201)
      expect(answer.json()).toMatchObject({
        agent: { mode: 'shadow', state: 'proposed', grants: ['firewall/*', 'logs/query'] },
        key_id: workload.keyId,
        receipts: [{ type: 'agent.registered' }],
      })
      const jwt = await signAssertion(
        workload,
        gateway.fresh.clock.nowMs(),
        `${BASE_URL}/oauth/token`,
      )
      const token = await gateway.send('POST', '/oauth/token', {
        raw: {
          type: 'application/x-www-form-urlencoded',
          bytes: exchangeForm(jwt, `${BASE_URL}/mcp`, { case: 'INC-1', purpose: 'hunt' }),
        },
      })
      expect(token.status).toBe(400)
    })

    it('keeps name, subject and grants out of the entry', async () => {
      await register('triage')
      const entry = await lastEntry()
      for (const secret of ['triage', 'spiffe', 'logs/query']) expect(entry).not.toContain(secret)
    })

    it('refuses a name, a subject or a key that is taken [R12]', async () => {
      const { body } = await register('triage')
      const other = await makeWorkload('spiffe://soc.example/other')
      const size = await gateway.size()
      const fresh = { ...body, name: 'other', subject: other.subject, key: other.publicJwk }
      for (const taken of [{ name: body.name }, { subject: body.subject }, { key: body.key }]) {
        const answer = await as(engineer, 'POST', '/api/v1/agents', {
          body: { ...fresh, ...taken },
        })
        expect([answer.status, answer.json().code]).toEqual([409, 'conflict'])
      }
      expect(await gateway.size()).toBe(size)
    })

    it('lets one of many parallel registrations with one key pass [R12]', async () => {
      const { publicJwk } = await makeWorkload('x')
      const made = await Promise.allSettled(
        ['one', 'two', 'three', 'four'].map((name) =>
          registerAgent(gateway.deps, {
            tenant: TENANT,
            by: { kind: 'person', person: engineer.person },
            name,
            subject: `spiffe://soc.example/${name}`,
            owner: engineer.person.id,
            grants: [],
            key: publicJwk,
          }),
        ),
      )
      const reasons = made.flatMap((one) => (one.status === 'rejected' ? [codeOf(one.reason)] : []))
      expect(reasons).toEqual(['conflict', 'conflict', 'conflict'])
    })

    it('goes through its life, each step an entry, and retirement is final', async () => {
      const { answer } = await register('triage')
      const { id } = answer.json().agent as { id: string }
      const step = (path: string, body?: unknown) =>
        ok(engineer, 'POST', `/api/v1/agents/${id}/${path}`, body)
      expect(await step('activate')).toMatchObject({ agent: { state: 'active' } })
      expect(await step('mode', { mode: 'supervised' })).toMatchObject({
        agent: { mode: 'supervised' },
      })
      expect(await step('grants', { grants: ['logs/*'] })).toMatchObject({
        agent: { grants: ['logs/*'] },
      })
      const second = await makeWorkload('x', 'EdDSA')
      await step('keys', { add: second.publicJwk })
      await step('keys', { revoke: second.keyId })
      expect(
        (
          await as(engineer, 'POST', `/api/v1/agents/${id}/keys`, {
            body: { revoke: second.keyId },
          })
        ).status,
      ).toBe(404)
      await step('suspend')
      expect(await step('retire')).toMatchObject({ agent: { state: 'retired' } })
      const again = await as(engineer, 'POST', `/api/v1/agents/${id}/activate`)
      expect([again.status, again.json().code]).toEqual([409, 'conflict'])
      const types = await gateway.types()
      expect(types.filter((type) => type === 'agent.changed')).toHaveLength(7)
    })

    it('may be suspended by a shift lead, and activated only by the platform engineer', async () => {
      const mine = await registerActiveAgent(gateway)
      const lead = await gateway.enrol('lea', ['shift-lead'])
      await ok(lead, 'POST', `/api/v1/agents/${mine.agent.id}/suspend`)
      const back = await as(lead, 'POST', `/api/v1/agents/${mine.agent.id}/activate`)
      expect(back.status).toBe(403)
    })

    it('loses no change when two are made at once', async () => {
      const mine = await registerActiveAgent(gateway)
      const path = `/api/v1/agents/${mine.agent.id}`
      await Promise.all([
        ok(engineer, 'POST', `${path}/mode`, { mode: 'advisory' }),
        ok(engineer, 'POST', `${path}/grants`, { grants: ['desk/*'] }),
      ])
      const agent = await gateway.fresh.store.agents.byId(TENANT, mine.agent.id)
      expect(agent).toMatchObject({ mode: 'advisory', grants: ['desk/*'] })
    })
  })

  describe('people', () => {
    it('shows the token once, stores only its hash, and the token works', async () => {
      const made = await ok(engineer, 'POST', '/api/v1/people', {
        name: 'Ada Byron',
        email: 'Ada@SOC.example',
        roles: ['analyst'],
      })
      expect(made.token).toMatch(/^cs_person_[A-Za-z0-9_-]{43}$/)
      const me = await gateway.send('GET', '/api/v1/me', { token: String(made.token) })
      expect(me.json()).toMatchObject({
        name: 'Ada Byron',
        email: 'ada@soc.example',
        roles: ['analyst'],
      })
      const stored = Buffer.from(await gateway.fresh.database.bytes())
      expect(stored.includes('ada@soc.example')).toBe(true)
      expect(stored.includes(String(made.token))).toBe(false)
      const entry = await lastEntry()
      expect(entry).toContain('"proven":false')
      for (const secret of ['Ada', 'soc.example', String(made.token)])
        expect(entry).not.toContain(secret)
    })

    it('takes an address once', async () => {
      const body = { name: 'A', email: 'a@soc.example', roles: ['analyst'] }
      await ok(engineer, 'POST', '/api/v1/people', body)
      expect((await as(engineer, 'POST', '/api/v1/people', { body })).status).toBe(409)
    })

    it('lets nobody change their own roles or certify themselves, but suspend themselves', async () => {
      const self = `/api/v1/people/${engineer.person.id}`
      const roles: readonly Role[] = ['incident-commander', 'platform-engineer']
      const certificate = {
        action_class: 'contain',
        issuer: 'me',
        expires_at_ms: gateway.fresh.clock.nowMs() + 1_000,
      }
      expect((await as(engineer, 'POST', self, { body: { roles } })).status).toBe(403)
      expect(
        (await as(engineer, 'POST', `${self}/certificates`, { body: certificate })).status,
      ).toBe(403)
      await ok(engineer, 'POST', self, { state: 'suspended' })
      expect((await as(engineer, 'GET', '/api/v1/me')).status).toBe(403)
    })

    it('certifies others and puts them on the roster, with the shift that covers the instant', async () => {
      const lead = await gateway.enrol('lea', ['shift-lead'])
      const nowMs = gateway.fresh.clock.nowMs()
      const path = `/api/v1/people/${lead.person.id}/certificates`
      await ok(engineer, 'POST', path, {
        action_class: 'contain',
        issuer: 'SOC academy',
        expires_at_ms: nowMs + 86_400_000,
      })
      expect(await ok(engineer, 'GET', path)).toMatchObject({
        certificates: [{ action_class: 'contain', issuer: 'SOC academy', person: lead.person.id }],
      })
      const expired = { action_class: 'contain', issuer: 'x', expires_at_ms: nowMs }
      expect((await as(engineer, 'POST', path, { body: expired })).status).toBe(400)
      await ok(engineer, 'POST', '/api/v1/roster/shifts', {
        role: 'shift-lead',
        person: lead.person.id,
        from_ms: nowMs - 1_000,
        to_ms: nowMs + 1_000,
        source: 'plan',
      })
      const covered = await ok(engineer, 'GET', `/api/v1/roster?at_ms=${nowMs + 999}`)
      expect(covered.shifts).toMatchObject([{ person: lead.person.id, role: 'shift-lead' }])
      expect((await ok(engineer, 'GET', `/api/v1/roster?at_ms=${nowMs + 1_000}`)).shifts).toEqual(
        [],
      )
    })
  })

  describe('feeds', () => {
    const report = (changed: object = {}) => ({
      title: 'Brute force',
      state: 'open',
      severity: 3,
      tags: ['edge'],
      source: 'desk',
      ...changed,
    })

    it('links a case by its number, then changes it, and keeps number and title out of entries', async () => {
      const first = await ok(engineer, 'PUT', '/api/v1/cases/INC-482', report())
      const linked = first.case as { id: string }
      expect(first.receipts).toMatchObject([{ type: 'case.linked' }])
      const second = await ok(engineer, 'PUT', '/api/v1/cases/INC-482', report({ severity: 1 }))
      expect(second).toMatchObject({
        case: { id: linked.id, severity: 1 },
        receipts: [{ type: 'case.changed' }],
      })
      const entry = await lastEntry()
      expect(JSON.parse(entry).data).toEqual({ severity: 1, source: 'desk' })
      for (const secret of ['INC-482', 'Brute']) expect(entry).not.toContain(secret)
      for (const ref of [linked.id, 'INC-482']) {
        expect(await ok(engineer, 'GET', `/api/v1/cases/${ref}`)).toMatchObject({
          id: linked.id,
          severity: 1,
        })
      }
    })

    it('refuses a report older than the one it has', async () => {
      const nowMs = gateway.fresh.clock.nowMs()
      await ok(engineer, 'PUT', '/api/v1/cases/INC-1', report({ observed_at_ms: nowMs }))
      const late = await as(engineer, 'PUT', '/api/v1/cases/INC-1', {
        body: report({ observed_at_ms: nowMs - 1, state: 'closed' }),
      })
      expect([late.status, late.json().code]).toEqual([409, 'conflict'])
      expect(await ok(engineer, 'GET', '/api/v1/cases/INC-1')).toMatchObject({ state: 'open' })
    })

    it('takes numbers with slashes and spaces as they are', async () => {
      await ok(engineer, 'PUT', `/api/v1/cases/${encodeURIComponent('SOC/2026 7')}`, report())
      expect(await ok(engineer, 'GET', '/api/v1/cases')).toMatchObject({
        cases: [{ external_ref: 'SOC/2026 7' }],
      })
    })

    it('knows an asset by its name in any case', async () => {
      const body = { criticality: 5, environment: 'production', never_touch: true, source: 'cmdb' }
      await ok(engineer, 'PUT', '/api/v1/assets/device/WEB-14', body)
      await ok(engineer, 'PUT', '/api/v1/assets/device/web-14', { ...body, criticality: 2 })
      expect(await ok(engineer, 'GET', '/api/v1/assets')).toMatchObject({
        assets: [{ name: 'web-14', criticality: 2, never_touch: true }],
      })
      expect(await lastEntry()).not.toContain('web-14')
    })
  })

  describe('tasks', () => {
    let mine: ActiveAgent
    let analyst: Token
    beforeEach(async () => {
      mine = await registerActiveAgent(gateway)
      analyst = await gateway.enrol('ada', ['analyst'])
    })
    const open = (changed: object = {}) =>
      ok(analyst, 'POST', '/api/v1/tasks', {
        agent: mine.agent.id,
        case: 'INC-482',
        purpose: 'respond',
        ...changed,
      })

    it('makes the analyst who opens one answerable for it', async () => {
      const { task } = await open({ scope: ['logs/query'], lifetime_ms: 600_000 })
      expect(task).toMatchObject({
        agent: mine.agent.id,
        case: mine.caseId,
        on_behalf_of: analyst.person.id,
        state: 'open',
        scope: ['logs/query'],
        expires_at_ms: gateway.fresh.clock.nowMs() + 600_000,
      })
      expect(await ok(analyst, 'GET', '/api/v1/tasks?state=open')).toMatchObject({ tasks: [task] })
    })

    it('closes once', async () => {
      const { task } = await open()
      const { id } = task as { id: string }
      expect(await ok(analyst, 'POST', `/api/v1/tasks/${id}/close`)).toMatchObject({
        task: { state: 'closed' },
      })
      const again = await as(analyst, 'POST', `/api/v1/tasks/${id}/close`)
      expect([again.status, again.json().code]).toEqual([403, 'task_closed'])
      expect((await gateway.types()).filter((type) => type === 'task.closed')).toHaveLength(1)
    })
  })
})
