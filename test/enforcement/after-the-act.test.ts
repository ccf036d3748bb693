import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweep } from '../../src/command/sweep.ts'
import { TENANT } from '../../src/wiring.ts'
import { saidBy } from '../harness/agent-client.ts'
import { type NetPlane, startNetPlane } from '../harness/net-plane.ts'

let net: NetPlane
/** The disk is full from the moment the tool has answered. */
let breaksAfterAct = false
let isBroken = false
beforeAll(async () => {
  net = await startNetPlane({
    at: (label) => {
      if (label === 'act:after' && breaksAfterAct) isBroken = true
      if (label === 'commit:before-db-commit' && isBroken) throw new Error('disk full')
    },
  })
}, 60_000)
afterAll(() => net?.plane.close())

describe('when the ledger fails between the act and its outcome', () => {
  it('says that the outcome is unknown, never that nothing was done, and settles the call later', async () => {
    const agent = await net.newAgent()
    const target = net.address()
    breaksAfterAct = true
    const said = saidBy(await agent.call('net__note', { target }))
    breaksAfterAct = false
    isBroken = false
    expect(said).toMatchObject({ status: 'refused', code: 'outcome_unknown' })
    expect(net.ran(target)).toBe(1)
    const { store, spine } = net.plane.gateway.parts
    const call = () => store.calls.byId(TENANT, said?.call_id ?? '')
    expect(await call()).toMatchObject({ state: 'dispatched' })
    net.plane.clock.advance(10 * 60_000)
    await sweep(spine, TENANT)
    expect(await call()).toMatchObject({ state: 'settled', outcome: 'unknown' })
    expect(net.ran(target)).toBe(1)
    await agent.close()
  }, 60_000)
})
