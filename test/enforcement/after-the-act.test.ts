import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweep } from '../../src/command/sweep.ts'
import { Failure } from '../../src/kernel/failure.ts'
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
  const spine = () => net.plane.gateway.parts.spine
  const stateOf = (call = '') => spine().calls.byId(TENANT, call)
  const losesOutcome = async () => {
    const agent = await net.newAgent()
    const target = net.address()
    breaksAfterAct = true
    const said = saidBy(await agent.call('net__note', { target }))
    breaksAfterAct = false
    isBroken = false
    await agent.close()
    return { said, target }
  }

  it('says that the outcome is unknown, never that nothing was done, and settles the call later', async () => {
    const { said, target } = await losesOutcome()
    expect(said).toMatchObject({ status: 'refused', code: 'outcome_unknown' })
    expect(net.ran(target)).toBe(1)
    expect(await stateOf(said?.call_id)).toMatchObject({ state: 'dispatched' })
    net.plane.clock.advance(10 * 60_000)
    await sweep(spine(), TENANT)
    expect(await stateOf(said?.call_id)).toMatchObject({ state: 'settled', outcome: 'unknown' })
    expect(net.ran(target)).toBe(1)
  }, 60_000)

  it('settles it also while requests cannot climb, and says what kept them', async () => {
    const { said } = await losesOutcome()
    net.plane.clock.advance(10 * 60_000)
    const dueToClimb = async () => {
      throw new Failure('policy_unrecorded', 'in this test')
    }
    const approvals = { ...spine().approvals, dueToClimb }
    await expect(sweep({ ...spine(), approvals }, TENANT)).rejects.toMatchObject({
      code: 'policy_unrecorded',
    })
    expect(await stateOf(said?.call_id)).toMatchObject({ state: 'settled', outcome: 'unknown' })
  }, 60_000)
})
