import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sweepContainments } from '../../src/command/sweep.ts'
import { entriesOf } from '../harness/fence.ts'
import { rest } from '../harness/people.ts'
import { CROWDSEC_ENTRIES, type LocalApi, startLocalApi } from './local-api.ts'
import { hasPrograms, type RealPlane, startReal } from './real-plane.ts'

const CAN_RUN = hasPrograms('crowdsec', 'cscli')
const ATTACKER = '203.0.113.9'
const OTHER = '203.0.113.10'

let api: LocalApi
let real: RealPlane

describe.skipIf(!CAN_RUN)('the local API of CrowdSec (crowdsec and cscli)', () => {
  beforeAll(async () => {
    api = await startLocalApi()
    real = await startReal(api.upstream, CROWDSEC_ENTRIES, [
      ['ipv4_net', ATTACKER],
      ['ipv4_net', OTHER],
    ])
  }, 90_000)
  afterAll(async () => {
    await real?.plane.close()
    api?.stop()
  })

  it('bans an address and lifts it again, both seen by a firewall that follows it [R63]', async () => {
    expect(await api.banned()).toEqual([])
    const call = await real.done('ban_address', { address: ATTACKER, seconds: 600 })
    expect(await api.banned()).toEqual([ATTACKER])
    await real.undone(call)
    expect(await api.banned()).toEqual([])
  }, 60_000)

  it('ends a ban by itself, which is looked at and lifted by nobody else', async () => {
    const call = await real.done('ban_address', { address: OTHER, seconds: 600 })
    expect(await api.banned()).toEqual([OTHER])
    api.runOut()
    expect(await api.banned()).toEqual([])
    const { plane } = real
    const lifts = async () =>
      (await entriesOf(plane, 'tool.call.dispatched')).filter(
        ({ data }) => (data as { tool: string }).tool === 'crowdsec__lift_ban',
      ).length
    const before = await lifts()
    plane.clock.advance(11 * 60_000)
    await sweepContainments(plane.gateway.parts.spine)
    const [ended] = (await entriesOf(plane, 'containment.ended')).slice(-1)
    expect(ended).toMatchObject({ data: { contained: call, how: 'itself' } })
    expect(await lifts()).toBe(before)
    const undo = await rest(plane, plane.dana, 'GET', `/api/v1/calls/${call}/undo`)
    expect(undo.body).toMatchObject({ state: 'ended' })
    expect(api.bans().filter(({ address }) => address === OTHER)).toHaveLength(1)
  }, 60_000)
})
