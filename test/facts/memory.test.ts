import { describe, expect, it } from 'vitest'
import { classify } from '../../src/catalogue/classify.ts'
import type { ClassifiedCall } from '../../src/catalogue/tool.ts'
import type { Facts } from '../../src/facts/facts.ts'
import { type FactRequest, gatherFacts } from '../../src/facts/gather.ts'
import { createFactMemory, createRecall, type FactMemory } from '../../src/facts/memory.ts'
import { rememberTools } from '../../src/facts/remembered-tools.ts'
import type { Tx } from '../../src/kernel/commit.ts'
import type { Store } from '../../src/store/store.ts'
import type { Fresh } from '../harness/stores.ts'
import { entryDraft, forEachEngine, onPostgres } from '../harness/stores.ts'
import { aCase, anAgent, anAsset, aTask, aTool, digestNamed } from '../store/samples.ts'

const TENANT = 'main'

describe('what was read once', () => {
  it('is given again for the very revision it was read at, and for no other', async () => {
    const recall = createRecall<string>()
    const reads: number[] = []
    const read = (revision: number) => async () => {
      reads.push(revision)
      return `value ${revision}`
    }
    for (const revision of [1, 1, 2, 2, 1]) {
      expect(await recall(TENANT, 'task/1', revision, read(revision))).toBe(`value ${revision}`)
    }
    expect(await recall('other', 'task/1', 2, read(3))).toBe('value 3')
    expect(reads).toEqual([1, 2, 1, 3])
  })

  it('is not replaced by what a slower reader found at an older revision', async () => {
    const recall = createRecall<string>()
    let finish = (_: string): void => undefined
    const slow = recall(TENANT, 'stop', 1, () => new Promise((done) => (finish = done)))
    await recall(TENANT, 'stop', 2, async () => 'pressed')
    finish('not pressed')
    expect(await slow).toBe('not pressed')
    const unread = async () => 'read again'
    expect(await recall(TENANT, 'stop', 2, unread)).toBe('pressed')
  })

  it('is forgotten when reading fails, and when there is too much of it', async () => {
    const recall = createRecall<number>(2)
    const broken = async (): Promise<number> => {
      throw new Error('the database is away')
    }
    await expect(recall(TENANT, 'a', 1, broken)).rejects.toThrow('away')
    for (const [at, key] of ['a', 'b', 'c'].entries()) await recall(TENANT, key, 1, async () => at)
    expect(await recall(TENANT, 'c', 1, async () => 9)).toBe(2)
    expect(await recall(TENANT, 'a', 1, async () => 9)).toBe(9)
  })
})

forEachEngine((engine) => {
  describe('a node that remembers', () => {
    it('sees every change of a fact in the very next call', async () => {
      const fresh = await engine.fresh()
      const world = await aWorld(fresh)
      const memory = createFactMemory()
      for (const change of changesOf(world)) await expectSeen(world, memory, fresh.store, change)
    })

    it('sees a tool that was reviewed, changed or added, by each of its names', async () => {
      const fresh = await engine.fresh()
      const { store } = fresh
      const tools = rememberTools(store.tools, store.revisions)
      expect(await tools.byExposedName(TENANT, 'firewall__block')).toBeUndefined()
      for (const tool of [
        aTool({ status: 'suspended' }),
        aTool(),
        aTool({ definitionDigest: digestNamed('9') }),
        aTool({ name: 'unblock', exposedName: 'firewall__unblock' }),
      ]) {
        await change(fresh, store, (tx) => store.tools.put(tx, tool))
        const stored = await store.tools.byName(TENANT, tool.upstream, tool.kind, tool.name)
        expect(stored).toMatchObject({ status: tool.status, name: tool.name })
        expect(await tools.byName(TENANT, tool.upstream, tool.kind, tool.name)).toEqual(stored)
        expect(await tools.byExposedName(TENANT, tool.exposedName)).toEqual(stored)
        expect(await tools.list(TENANT)).toEqual(await store.tools.list(TENANT))
      }
      // Two tools of one name: neither answers to it.
      await change(fresh, store, (tx) =>
        store.tools.put(tx, aTool({ name: 'twin', exposedName: 'firewall__block' })),
      )
      expect(await tools.byExposedName(TENANT, 'firewall__block')).toBeUndefined()
    })
  })
})

onPostgres((engine) => {
  it('sees what another node changed in the very next call', async () => {
    const fresh = await engine.fresh()
    const world = await aWorld(fresh)
    const other = await fresh.openNode()
    const memory = createFactMemory()
    for (const change of changesOf(world)) await expectSeen(world, memory, other, change)
  })
})

type World = { readonly fresh: Fresh; readonly request: FactRequest }
type Change = (store: Store, tx: Tx) => Promise<void>

async function aWorld(fresh: Fresh): Promise<World> {
  const { store } = fresh
  const agent = anAgent(fresh)
  const record = aCase(fresh)
  const task = aTask(fresh, { agent: agent.id, caseId: record.id })
  await change(fresh, store, async (tx) => {
    await store.agents.put(tx, agent)
    await store.cases.put(tx, record)
    await store.tasks.put(tx, task)
  })
  const call = classify(aTool(), { address: '203.0.113.7' }, () => undefined) as ClassifiedCall
  return {
    fresh,
    request: {
      tenant: TENANT,
      agent: agent.id,
      task: task.id,
      caseId: record.id,
      call,
      outer: { upstream: 'firewall', name: 'block' },
      nowMs: fresh.clock.nowMs(),
    },
  }
}

/** One change of each kind of fact a decision rests on, and back where there is a back. */
function changesOf({ fresh, request }: World): readonly Change[] {
  const { agent: id, task, caseId, nowMs, call } = request
  const [target] = call.targets
  const asset = anAsset(fresh, { kind: target?.kind ?? '', name: target?.id ?? '' })
  const stop = fresh.nextId()
  const person = fresh.nextId()
  return [
    (store, tx) => store.agents.put(tx, anAgent(fresh, { id, state: 'suspended' })),
    (store, tx) => store.agents.put(tx, anAgent(fresh, { id, grants: [] })),
    (store, tx) => store.tasks.put(tx, aTask(fresh, { id: task, agent: id, state: 'closed' })),
    (store, tx) => store.cases.put(tx, aCase(fresh, { id: caseId, severity: 4 })),
    (store, tx) => store.tasks.addExposure(tx, task, ['personal'], ['mail__read']),
    (store, tx) => store.assets.put(tx, asset),
    (store, tx) => store.assets.put(tx, { ...asset, isNeverTouch: false }),
    // What is renamed no longer answers to its former name.
    (store, tx) => store.assets.put(tx, { ...asset, name: '198.51.100.1/32' }),
    (store, tx) =>
      store.stops.press(tx, {
        tenant: TENANT,
        id: stop,
        scope: 'writes',
        pressedBy: person,
        pressedAtMs: nowMs,
      }),
    (store, tx) => store.stops.release(tx, stop, person, nowMs),
  ]
}

/** A memory that saw the state before must give the state after, exactly as the store alone does. */
async function expectSeen(
  { fresh, request }: World,
  memory: FactMemory,
  changer: Store,
  work: Change,
): Promise<void> {
  const remembered = () => factsOf(fresh.store, memory, request)
  const before = await remembered()
  expect(await remembered()).toEqual(before)
  await change(fresh, changer, (tx) => work(changer, tx))
  const after = await remembered()
  expect(after).toEqual(await factsOf(fresh.store, createFactMemory(), request))
  expect({ ...after, seen: {} }).not.toEqual({ ...before, seen: {} })
}

function factsOf(store: Store, memory: FactMemory, request: FactRequest): Promise<Facts> {
  const limits = { caseMs: 1_000, assetMs: 1_000, rosterMs: 1_000 }
  return gatherFacts(
    { ...store, memory, feedsRead: [], isClockSteady: () => true },
    limits,
    request,
  )
}

async function change(
  fresh: Fresh,
  store: Store,
  work: (tx: Tx) => Promise<unknown>,
): Promise<void> {
  await store.commit(TENANT, async (tx) => {
    await work(tx)
    return { value: undefined, entries: [entryDraft(fresh)] }
  })
}
