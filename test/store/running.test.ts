import { describe, expect, it } from 'vitest'
import { entryDraft, type Fresh, forEachEngine, START_MS } from '../harness/stores.ts'
import { aCall, aGrant, aLease, anAgent, anEffect, aRequest, aTask } from './samples.ts'

type Tx = Parameters<Fresh['store']['effects']['put']>[0]

async function put(fresh: Fresh, work: (tx: Tx) => Promise<void>): Promise<void> {
  await fresh.store.commit('main', async (tx) => {
    await work(tx)
    return { value: undefined, entries: [entryDraft(fresh)] }
  })
}

forEachEngine((engine) => {
  describe('what runs now', () => {
    it('is open and not expired, the newest first, with how many there are in all', async () => {
      const fresh = await engine.fresh()
      const { agents, tasks, running } = fresh.store
      const open = [1, 2, 3].map((at) => aTask(fresh, { openedAtMs: START_MS + at }))
      const gone = anAgent(fresh, { state: 'retired' })
      const left = aTask(fresh, { agent: gone.id, openedAtMs: START_MS + 9 })
      const closed = aTask(fresh, { state: 'closed' })
      const over = aTask(fresh, { expiresAtMs: START_MS + 10 })
      await put(fresh, async (tx) => {
        await agents.put(tx, gone)
        for (const task of [...open, closed, over, left]) await tasks.put(tx, task)
      })
      const found = await running.openTasks('main', START_MS + 10, 2)
      expect(found.total).toBe(3)
      expect(found.tasks.map(({ id }) => id)).toEqual([open[2]?.id, open[1]?.id])
      expect(await running.openTasks('other', START_MS, 2)).toEqual({ tasks: [], total: 0 })
    })

    it('counts the calls of each task by tool and by what became of them', async () => {
      const fresh = await engine.fresh()
      const { calls, running } = fresh.store
      const [mine, other] = [fresh.nextId(), fresh.nextId()]
      const call = (task: string, createdAtMs: number) =>
        aCall(fresh, { task, tool: 'edr__isolate', effect: 'contain', state: 'held', createdAtMs })
      await put(fresh, async (tx) => {
        for (const atMs of [1, 3, 2]) await calls.put(tx, call(mine, START_MS + atMs))
        await calls.put(tx, call(other, START_MS))
      })
      expect(await running.toolCounts('main', [mine])).toEqual([
        {
          ...{ task: mine, tool: 'edr__isolate', effect: 'contain', state: 'held' },
          ...{ calls: 3, lastAtMs: START_MS + 3 },
        },
      ])
      expect(await running.toolCounts('main', [])).toEqual([])
    })

    it('counts distinct targets of a task by kind, within the window only', async () => {
      const fresh = await engine.fresh()
      const { fanOut, running } = fresh.store
      const task = fresh.nextId()
      const reach = (tx: Tx, scope: string, targets: readonly string[], atMs: number) =>
        fanOut.reach(tx, scope, 'device', targets, 0, atMs)
      await put(fresh, async (tx) => {
        await reach(tx, `task/${task}`, ['a', 'b'], START_MS + 5)
        await reach(tx, `task/${task}`, ['b'], START_MS + 9)
        await reach(tx, `task/${fresh.nextId()}`, ['c'], START_MS + 9)
      })
      const counted = async (sinceMs: number) => running.targetCounts('main', [task], sinceMs)
      expect(await counted(START_MS)).toEqual([{ task, kind: 'device', targets: 2 }])
      expect(await counted(START_MS + 5)).toEqual([{ task, kind: 'device', targets: 1 }])
      expect(await counted(START_MS + 9)).toEqual([])
    })

    it('counts what of one agent a retirement ends, and what it leaves', async () => {
      const fresh = await engine.fresh()
      const { tasks, approvals, leases, effects, running } = fresh.store
      const [agent, other] = [fresh.nextId(), fresh.nextId()]
      for (const who of [agent, other]) {
        const task = aTask(fresh, { agent: who })
        const waiting = aRequest(fresh, { agent: who, task: task.id })
        const asked = aRequest(fresh, { agent: who, task: task.id, state: 'approved' })
        await put(fresh, async (tx) => {
          await tasks.put(tx, task)
          for (const request of [waiting, asked]) await approvals.put(tx, request)
          const expiresAtMs = START_MS + 9
          await approvals.putGrant(tx, aGrant(fresh, { request: asked.id, expiresAtMs }))
          await leases.put(tx, aLease(fresh, { task: task.id }))
          await effects.put(tx, anEffect(fresh, { agent: who, state: 'standing' }))
          await effects.put(tx, anEffect(fresh, { agent: who, state: 'lifted' }))
        })
      }
      const counted = {
        ...{ sessions: 1, requests: 1, approvals: 1, plans: 0, leases: 1, containments: 1 },
      }
      expect(await running.underWay('main', agent, START_MS)).toEqual(counted)
      expect(await running.underWay('main', agent, START_MS + 9)).toEqual({
        ...counted,
        approvals: 0,
      })
      expect(await running.underWay('other', agent, START_MS)).toMatchObject({ sessions: 0 })
    })

    it('gives the newest acts of each task, and a busy task leaves room for the others', async () => {
      const fresh = await engine.fresh()
      const { effects, running } = fresh.store
      const [busy, calm] = [fresh.nextId(), fresh.nextId()]
      const acts = [1, 2, 3].map((at) => anEffect(fresh, { task: busy, actedAtMs: START_MS + at }))
      const first = anEffect(fresh, { task: calm, actedAtMs: START_MS })
      await put(fresh, async (tx) => {
        for (const act of [...acts, first]) await effects.put(tx, act)
      })
      expect(await running.acts('main', [busy, calm], 2)).toEqual([acts[2], acts[1], first])
    })
  })
})
