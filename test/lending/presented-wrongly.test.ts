/** A lease that is presented for what it was not lent for: by another task, tool or target, a second time, too late. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { OnLoan } from '../../src/lease/desk.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { rest } from '../harness/people.ts'
import { addAgent, taskToken } from '../harness/plane.ts'
import { type MintWorld, openMint, takeBack, watchNotices } from './world.ts'

let world: MintWorld
beforeAll(async () => {
  world = await openMint()
}, 60_000)
afterAll(() => world?.close())

const desk = () => {
  const { lending } = world.plane.gateway.parts.spine
  if (lending === undefined) throw new Error('nothing lends')
  return lending.desk
}

/** Takes down what the next call is lent, and lets it pass. */
async function lent(target: string): Promise<OnLoan> {
  const { lay } = desk()
  let seen: OnLoan | undefined
  Object.assign(desk(), {
    lay: (loan: OnLoan) => {
      seen = loan
      lay(loan)
    },
  })
  expect(saidBy(await world.agent.call('edr__look', { target }))).toBeUndefined()
  Object.assign(desk(), { lay })
  if (seen === undefined) throw new Error('nothing was lent')
  return seen
}

/** The next call presents this lease in place of its own. */
function presents(lease: string): void {
  const { take } = desk()
  const wrongly: typeof take = (_own, use, nowMs) => {
    Object.assign(desk(), { take })
    return take(lease, use, nowMs)
  }
  Object.assign(desk(), { take: wrongly })
}

const last = async (type: string) =>
  (await world.record()).filter((entry) => entry.type === type).at(-1)

describe('a lease presented wrongly', () => {
  it.each([
    ['target', 'for another target', { tool: 'edr__look', target: 'web-2' }],
    ['tool', 'for another tool', { tool: 'edr__peek', target: 'web-1' }],
    ['task', 'by another task', { tool: 'edr__look', target: 'web-1', by: 'task' }],
    [
      'task',
      'by another agent, whose key is another',
      { tool: 'edr__look', target: 'web-1', by: 'agent' },
    ],
  ] as const)(
    'is refused, recorded and paged, and nothing is sent, %s: %s [R8 R55 R89 R41]',
    async (why, _what, use) => {
      const loan = await lent('web-1')
      desk().lay(loan)
      const paged = watchNotices(world.plane)
      const { plane } = world
      const own =
        'by' in use && use.by === 'agent'
          ? await addAgent(plane.gateway, 'stranger', plane.alex)
          : plane.agent
      const token = await taskToken(plane, undefined, {}, own)
      const other = await connectAgent(plane.gateway.baseUrl, token)
      const called = world.tools.calls().length
      presents(loan.lease.id)
      const agent = 'by' in use ? other : world.agent
      const said = saidBy(await agent.call(use.tool, { target: use.target }))
      expect(said).toMatchObject({ status: 'refused', code: 'lease_refused' })
      expect(world.tools.calls()).toHaveLength(called)
      expect((await last('lease.misused'))?.data).toMatchObject({ tool: use.tool, why })
      expect((await last('tool.call.outcome'))?.data).toMatchObject({
        outcome: 'failed',
        error: 'lease_refused',
      })
      expect(paged).toMatchObject([{ kind: 'lease.misused', urgency: 'page' }])
      await other.close()
      desk().drop(loan.lease.id)
      await takeBack(world)
      expect(world.mint.alive()).toEqual([])
    },
  )

  it('for another tool server is refused, recorded and paged [R55]', async () => {
    const loan = await lent('web-1')
    const scope = { ...loan.lease.scope, audience: 'https://elsewhere.example.test/mcp' }
    desk().lay({ ...loan, lease: { ...loan.lease, scope } })
    const paged = watchNotices(world.plane)
    const called = world.tools.calls().length
    presents(loan.lease.id)
    const said = saidBy(await world.agent.call('edr__look', { target: 'web-1' }))
    expect(said?.code).toBe('lease_refused')
    expect(world.tools.calls()).toHaveLength(called)
    expect((await last('lease.misused'))?.data).toMatchObject({ why: 'target' })
    expect(paged).toMatchObject([{ kind: 'lease.misused' }])
    desk().drop(loan.lease.id)
  })

  it('a second time opens nothing: each step has a lease of its own [R31]', async () => {
    const loan = await lent('web-1')
    const next = await lent('web-1')
    expect(next.lease.id).not.toBe(loan.lease.id)
    const paged = watchNotices(world.plane)
    const called = world.tools.calls().length
    presents(loan.lease.id)
    const said = saidBy(await world.agent.call('edr__look', { target: 'web-1' }))
    expect(said?.code).toBe('lease_refused')
    expect(world.tools.calls()).toHaveLength(called)
    expect((await last('lease.misused'))?.data).toMatchObject({ why: 'used' })
    expect(paged).toMatchObject([{ kind: 'lease.misused' }])
  })

  it('says at most the tool, the target and the verb of its decision when it is looked at [R59]', async () => {
    const { lease } = await lent('web-7')
    const decided = await last('tool.call.decided')
    const { plane } = world
    const { body } = await rest(plane, plane.petra, 'GET', `/api/v1/leases/${lease.id}`)
    expect(body).toMatchObject({
      call: decided?.call,
      scope: {
        tool: decided?.data.tool,
        action: decided?.data.action,
        effect: decided?.data.effect,
        targets: [{ kind: 'device', id: 'web-7' }],
        audience: world.tools.url,
      },
    })
    const [asked] = world.mint.issued().slice(-1)
    expect(asked?.scope).toEqual(body.scope)
    expect((await last('lease.issued'))?.data.scope).toBe(body.scope_digest)
  })
})
