import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { putCase } from '../../src/command/put-case.ts'
import { saidBy } from '../harness/agent-client.ts'
import { rest } from '../harness/people.ts'
import { addPerson, type Plane, taskToken } from '../harness/plane.ts'
import { fresh, openWorld, type World } from './world.ts'

let world: World
let plane: Plane
beforeAll(async () => {
  world = await openWorld()
  plane = world.plane
}, 60_000)
afterAll(() => world?.close())

describe('apart', () => {
  it("two analysts' tasks with one agent share no approval, no history and no evidence of a case [R38]", async () => {
    const bea = await addPerson(plane.gateway, fresh('Bea'), ['analyst'])
    const first = await world.scene()
    const second = await world.scene()
    const open = async (who: typeof bea, caseRef: string) => {
      const body = { agent: first.agent.id, case: caseRef, purpose: 'respond' }
      const answer = await rest(plane, who, 'POST', '/api/v1/tasks', body)
      const task = answer.body.task as unknown as { id: string; on_behalf_of: string }
      const client = await world.renew({ ...first, caseRef, task: task.id })
      return { ...client, ...task }
    }
    const [alexs, beas] = [await open(plane.alex, first.caseRef), await open(bea, second.caseRef)]
    expect([alexs.on_behalf_of, beas.on_behalf_of]).toEqual([plane.alex.id, bea.id])
    const target = await world.asset('device', { environment: 'production' })
    const held = saidBy(await alexs.call('soc__isolate', { target }))
    const id = held?.approval_id ?? ''
    expect(await world.yes(plane.dana, id)).toBe('released')
    const cited = await beas.call('soc__isolate', { target }, { 'countersign/approval': id })
    expect(saidBy(cited)).toMatchObject({ code: 'approval_void' })
    const awaited = { approval_id: id, wait_seconds: 0 }
    expect(saidBy(await beas.call('countersign_await', awaited))).toMatchObject({
      code: 'not_found',
    })
    const own = saidBy(await beas.call('soc__isolate', { target }))
    expect(own).toMatchObject({ status: 'pending_approval' })
    expect(own?.approval_id).not.toBe(id)
    const looked = await alexs.call('soc__look', { text: 'x' })
    const evidence = [looked._meta?.['countersign/evidence']]
    const borrowed = await beas.call('countersign_recommend', { summary: 'x', evidence })
    expect(saidBy(borrowed)).toMatchObject({ code: 'evidence_unknown' })
    expect(world.ran(target)).toBe(0)
    await rest(plane, plane.alex, 'POST', `/api/v1/tasks/${alexs.id}/close`)
    expect(saidBy(await beas.call('soc__look', { text: 'x' }))).toBeUndefined()
  })

  it('a case of another tenant does not exist for a task of this one [R43]', async () => {
    const caseRef = fresh('FOREIGN')
    const { record } = await putCase(plane.gateway.parts.restParts, {
      tenant: 'other',
      by: { kind: 'system', part: 'test' },
      externalRef: caseRef,
      title: 'Of somebody else',
      state: 'open',
      severity: 3,
      tags: [],
      source: 'test',
    })
    const { agent } = await world.scene()
    for (const wanted of [caseRef, record.id]) {
      await expect(taskToken(plane, 'respond', { case: wanted }, agent)).rejects.toThrow('no such')
      const asked = await rest(plane, plane.dana, 'GET', `/api/v1/cases/${wanted}`)
      expect(asked.status).toBe(404)
    }
  })
})
