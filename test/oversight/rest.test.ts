import { afterEach, describe, expect, it } from 'vitest'
import { openRestGateway, TENANT, type Token } from '../harness/rest-gateway.ts'
import { entryDraft, forEachEngine } from '../harness/stores.ts'
import { aRequest } from '../store/samples.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})
const DAY_MS = 24 * 3_600_000

forEachEngine((engine) => {
  async function open() {
    const gateway = await openRestGateway(engine, undo)
    const dana = await gateway.enrol('Dana', ['shift-lead'])
    const alex = await gateway.enrol('Alex', ['analyst'])
    const read = async (by: Token, query = '') => {
      const answer = await gateway.send('GET', `/api/v1/oversight${query}`, { token: by.token })
      return { status: answer.status, body: answer.json() as Record<string, never> }
    }
    const put = async (more: Parameters<typeof aRequest>[1]) => {
      const request = aRequest(gateway.fresh, more)
      await gateway.deps.commit(TENANT, async (tx) => {
        await gateway.deps.approvals.put(tx, request)
        return { value: 0, entries: [entryDraft(gateway.fresh)] }
      })
    }
    return { gateway, dana, alex, read, put, nowMs: gateway.fresh.clock.nowMs() }
  }

  describe('the figures of oversight', () => {
    it('are for those who answer for people, and the refusal says who that is', async () => {
      const { alex, dana, read } = await open()
      const refused = await read(alex)
      expect(refused).toMatchObject({ status: 403, body: { code: 'not_permitted' } })
      expect(refused.body.detail).toContain('auditor')
      expect((await read(dana)).status).toBe(200)
    })

    it('count what was asked within the days, and nothing older', async () => {
      const { dana, read, put, nowMs } = await open()
      const owner = dana.person.id
      const closed = { owner, decidedBy: owner, decidedAtMs: nowMs, viewedAtMs: nowMs - 4_000 }
      await put({ ...closed, state: 'approved', createdAtMs: nowMs - 60_000 })
      await put({ ...closed, state: 'denied', createdAtMs: nowMs - 3 * DAY_MS })
      await put({
        owner,
        state: 'expired',
        reasonCode: 'expired_unseen',
        createdAtMs: nowMs - 2 * DAY_MS,
        decidedAtMs: nowMs,
      })
      await put({ ...closed, state: 'approved', createdAtMs: nowMs - 8 * DAY_MS })
      const { body } = await read(dana, '?days=7')
      expect(body).toMatchObject({
        whole: true,
        outcomes: { asked: 3, approved: 1, denied: 1, expired: 1, expired_unseen: 1 },
        latency: { decided: 2, median_ms: 60_000 },
        quick_yeses: { quick: 1, seen: 1, unseen: 0 },
        people: [{ person: owner, put: 3, approved: 1, denied: 1, quick_yeses: 1 }],
        rules: ['p1', 'p2'].map((rule) => ({ rule, asked: 3, approved: 1, denied: 1 })),
        advice: { given: 0, whole: true },
      })
      expect((await read(dana, '?days=28')).body).toMatchObject({ outcomes: { asked: 4 } })
    })

    it('count advice from the ledger, and own-agent reviews with what is overdue', async () => {
      const { gateway, dana, alex, read, nowMs } = await open()
      const { fresh, deps } = gateway
      const request = fresh.nextId()
      const digest = `sha256:${'a'.repeat(64)}` as const
      await deps.commit(TENANT, async (tx) => {
        await deps.reviews.putReview(tx, {
          ...{ tenant: TENANT, id: fresh.nextId(), kind: 'agent_owner', request },
          ...{ caseId: fresh.nextId(), about: dana.person.id, openedAtMs: nowMs - 2 * DAY_MS },
          ...{ dueAtMs: nowMs - DAY_MS, needed: 1, state: 'open', verdicts: [] },
        })
        const advised = {
          ...entryDraft(fresh),
          type: 'approval.advised',
          data: {
            ...{ request, action_digest: digest, person: alex.person.id },
            ...{ verdict: 'approve', failing: 'role' },
          },
        } as const
        return { value: 0, entries: [advised] }
      })
      const { body } = await read(dana)
      expect(body.advice).toEqual({ given: 1, whole: true })
      expect((body.reviews as unknown as object[])[0]).toEqual({
        ...{ kind: 'agent_owner', opened: 1, open: 1, overdue: 1, objected: 0 },
      })
    })

    it.each(['0', '93', 'x'])('refuse %s days', async (days) => {
      const { dana, read } = await open()
      expect((await read(dana, `?days=${days}`)).body.code).toBe('request_invalid')
    })
  })
})
