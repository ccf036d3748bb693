import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { publishPolicy } from '../../src/command/publish-policy.ts'
import { putCertificate } from '../../src/command/put-certificate.ts'
import { gapReason } from '../../src/contract/roster.ts'
import type { Role } from '../../src/identity/person.ts'
import { ROLES } from '../../src/identity/person.ts'
import { GAP_REASONS } from '../../src/roster/coverage.ts'
import type { RestGateway, Token } from '../harness/rest-gateway.ts'
import { openRestGateway, shippedDocuments, TENANT } from '../harness/rest-gateway.ts'
import { onSqlite, START_MS } from '../harness/stores.ts'

const HOUR_MS = 3_600_000
const WEEK_MS = 7 * 24 * HOUR_MS

type Gap = { role: Role; reason: string; action: string; from_ms: number; to_ms: number }

onSqlite((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  let gateway: RestGateway
  let engineer: Token
  beforeEach(async () => {
    gateway = await openRestGateway(engine, undo)
    engineer = await gateway.enrol('edda', ROLES)
    const by = { kind: 'system', part: 'test' } as const
    await publishPolicy(gateway.deps, { tenant: TENANT, by, documents: shippedDocuments() })
    await certify(engineer, 'contain')
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })
  const certify = (who: Token, actionClass: string) =>
    putCertificate(gateway.deps, {
      tenant: TENANT,
      by: { kind: 'system', part: 'test' },
      person: who.person.id,
      actionClass,
      issuer: 'academy',
      expiresAtMs: START_MS + 52 * WEEK_MS,
    })
  const read = async (query = '') => {
    const answer = await gateway.send('GET', `/api/v1/roster/coverage${query}`, {
      token: engineer.token,
    })
    return { status: answer.status, body: answer.json() as { code?: string; gaps: Gap[] } }
  }
  const shift = (who: Token, role: Role, from: number, to: number, source = 'test') =>
    gateway.send('POST', '/api/v1/roster/shifts', {
      token: engineer.token,
      body: {
        role,
        person: who.person.id,
        from_ms: START_MS + from * HOUR_MS,
        to_ms: START_MS + to * HOUR_MS,
        source,
      },
    })

  describe('GET /api/v1/roster/coverage', () => {
    it('names the roles the active policy asks for, wherever nobody eligible is on duty [R145]', async () => {
      const dana = await gateway.enrol('dana', ['shift-lead'])
      await shift(dana, 'shift-lead', 0, 24)
      const before = await read('?weeks=1')
      const uncertified = before.body.gaps.filter(({ role }) => role === 'shift-lead')
      expect(uncertified.map(({ reason }) => reason)).toContain('not_certified')
      await certify(dana, 'contain')
      const { body } = await read('?weeks=1')
      const contained = body.gaps.filter(
        (gap) => gap.role === 'shift-lead' && gap.action === 'contain:device',
      )
      expect(contained).toMatchObject([
        { reason: 'nobody_on_duty', from_ms: START_MS + 24 * HOUR_MS, to_ms: START_MS + WEEK_MS },
      ])
      expect(body).toMatchObject({
        from_ms: START_MS,
        to_ms: START_MS + WEEK_MS,
        without_stop_holder: [{ from_ms: START_MS + 24 * HOUR_MS, to_ms: START_MS + WEEK_MS }],
        unclear: [],
        stale_feeds: [],
      })
    })

    it('looks four weeks ahead unless told otherwise, and eight at most', async () => {
      expect((await read()).body).toMatchObject({ to_ms: START_MS + 4 * WEEK_MS })
      expect((await read('?weeks=8')).status).toBe(200)
      for (const weeks of ['0', '9', 'x', '1.5']) {
        const { status, body } = await read(`?weeks=${weeks}`)
        expect([weeks, status, body.code]).toEqual([weeks, 400, 'request_invalid'])
      }
    })

    it('says the reasons of the report in the words of the contract', () => {
      expect(gapReason.options).toEqual(GAP_REASONS)
    })
  })

  it('lets nobody enter a shift in the name of a feed', async () => {
    const dana = await gateway.enrol('dana', ['shift-lead'])
    const answer = await shift(dana, 'shift-lead', 0, 8, 'feed:soc')
    expect([answer.status, answer.json().code]).toEqual([400, 'request_invalid'])
  })
})
