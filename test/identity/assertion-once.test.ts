/** An assertion buys one token, whatever runs beside it; on both engines, because their locks differ. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ActiveAgent, Answer, RestGateway } from '../harness/rest-gateway.ts'
import { BASE_URL, openRestGateway, registerActiveAgent, TENANT } from '../harness/rest-gateway.ts'
import { forEachEngine } from '../harness/stores.ts'
import { exchangeForm, signAssertion } from '../harness/workload.ts'

forEachEngine((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  let gateway: RestGateway
  let mine: ActiveAgent

  beforeEach(async () => {
    gateway = await openRestGateway(engine, undo)
    mine = await registerActiveAgent(gateway)
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  const assertion = () =>
    signAssertion(mine.workload, gateway.fresh.clock.nowMs(), `${BASE_URL}/oauth/token`)
  const exchange = (jwt: string, caseRef = 'INC-482'): Promise<Answer> =>
    gateway.send('POST', '/oauth/token', {
      raw: {
        type: 'application/x-www-form-urlencoded',
        bytes: exchangeForm(jwt, `${BASE_URL}/mcp`, { case: caseRef, purpose: 'investigate' }),
      },
    })
  const lastEntry = async () => {
    const size = await gateway.size()
    const [entry] = await gateway.fresh.store.ledger.entries(TENANT, size - 1, size)
    return JSON.parse(new TextDecoder().decode(entry?.bytes)) as object
  }

  describe('a workload assertion', () => {
    it('refuses the same assertion a second time', async () => {
      const jwt = await assertion()
      expect((await exchange(jwt)).status).toBe(200)
      const again = await exchange(jwt)
      expect(again.json()).toMatchObject({
        error: 'invalid_request',
        countersign_code: 'token_replayed',
      })
      expect(await lastEntry()).toMatchObject({
        type: 'access.refused',
        actor: { kind: 'agent', id: mine.agent.id },
        data: { reason: 'token_replayed' },
      })
      expect(await gateway.fresh.store.tasks.list(TENANT)).toHaveLength(1)
    })

    it('lets one of two parallel presentations pass', async () => {
      const jwt = await assertion()
      const answers = await Promise.all([exchange(jwt), exchange(jwt), exchange(jwt)])
      expect(answers.filter((answer) => answer.status === 200)).toHaveLength(1)
      expect(await gateway.fresh.store.tasks.list(TENANT)).toHaveLength(1)
    })

    it('spends the assertion of a refused request too', async () => {
      const jwt = await assertion()
      expect((await exchange(jwt, 'INC-0')).status).toBe(400)
      expect((await exchange(jwt)).json()).toMatchObject({ countersign_code: 'token_replayed' })
    })
  })
})
