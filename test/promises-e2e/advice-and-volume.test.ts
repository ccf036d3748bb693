import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TENANT } from '../../src/wiring.ts'
import { saidBy } from '../harness/agent-client.ts'
import { postModern } from '../harness/mcp-wire.ts'
import type { Plane } from '../harness/plane.ts'
import type { RecordedEntry } from './record.ts'
import { openWorld, type Scene, type World } from './world.ts'

let world: World
let plane: Plane
beforeAll(async () => {
  world = await openWorld()
  plane = world.plane
}, 60_000)
afterAll(() => world?.close())

const ofType = (record: readonly RecordedEntry[], type: string) =>
  record.filter((entry) => entry.type === type)

/** Puts the row that the store holds, past the command that would end Alex's work too. */
async function setAlex(state: 'active' | 'suspended'): Promise<void> {
  const { store, spine } = plane.gateway.parts
  const alex = await store.people.byId(TENANT, plane.alex.id)
  if (alex === undefined) throw new Error('Alex is gone')
  await store.commit(TENANT, async (tx) => {
    await store.people.put(tx, { ...alex, state })
    const actor = { kind: 'system', id: 'test' } as const
    const data = { person: alex.id, state }
    const entry = { id: spine.nextId(), type: 'person.changed', atMs: 0, actor, data } as const
    return { value: undefined, entries: [entry] }
  })
}

describe('a recommendation', () => {
  const CLAIM = {
    summary: 'Isolate the device.',
    confidence: 0.8,
    model: { id: 'some-model', version: '2026-08', parameters: { temperature: 0 } },
    prompt_hash: `sha256:${'a'.repeat(64)}`,
    alternatives: ['reset the password', 'wait'],
  }

  async function recommend(scene: Scene, evidence: readonly unknown[]) {
    return scene.call('countersign_recommend', { ...CLAIM, evidence })
  }

  it('is kept with model, version, parameters, prompt hash, confidence and alternatives, and has an owner [R62 R102]', async () => {
    const scene = await world.scene()
    const looked = await scene.call('soc__look', { text: 'x' })
    const evidence = looked._meta?.['countersign/evidence']
    const made = await recommend(scene, [evidence])
    const [entry] = ofType(await scene.record(), 'recommendation.made')
    expect(entry?.data).toMatchObject({
      recommendation: made.structuredContent?.recommendation,
      owner: plane.alex.id,
      evidence: [evidence],
    })
    expect(JSON.parse(entry?.payloads.claim ?? '')).toEqual({ ...CLAIM, evidence: [evidence] })
    const offered = await fetchTools(scene)
    const { inputSchema } = offered.find(({ name }) => name === 'countersign_recommend') ?? {}
    expect(Object.keys(inputSchema?.properties ?? {})).toEqual(
      expect.arrayContaining(['model', 'prompt_hash', 'confidence', 'alternatives', 'evidence']),
    )
  })

  it('is refused when no active person would own it, and nothing is kept [R62]', async () => {
    const scene = await world.scene()
    const looked = await scene.call('soc__look', { text: 'x' })
    const evidence = looked._meta?.['countersign/evidence']
    // Suspending through the face closes Alex's tasks as well; here only the owner is gone.
    await setAlex('suspended')
    const said = saidBy(await recommend(scene, [evidence]))
    await setAlex('active')
    expect(said).toMatchObject({ code: 'recommendation_unowned' })
    expect(ofType(await scene.record(), 'recommendation.made')).toEqual([])
  })

  it('is linked to the action it led to, in the record and the call; one of another case is refused [R62]', async () => {
    const [scene, other] = [await world.scene(), await world.scene()]
    const made = await recommend(scene, [])
    const recommendation = String(made.structuredContent?.recommendation)
    const target = await world.asset('device', { environment: 'production' })
    const citing = { 'countersign/recommendation': recommendation }
    const foreign = saidBy(await other.call('soc__isolate', { target }, citing))
    expect(foreign).toMatchObject({ code: 'recommendation_unknown' })
    const asked = saidBy(await scene.call('soc__isolate', { target }, citing))
    expect(asked).toMatchObject({ status: 'pending_approval' })
    expect(await world.yes(plane.dana, String(asked?.approval_id))).toBe('released')
    await scene.call('soc__isolate', { target })
    expect(world.ran(target)).toBe(1)
    const decided = ofType(await scene.record(), 'tool.call.decided').filter(
      ({ data }) => data.recommendation === recommendation,
    )
    expect(decided.map(({ data }) => data.decision)).toEqual(['hold', 'allow'])
    const calls = plane.gateway.parts.store.calls
    const call = await calls.byId(TENANT, String(asked?.call_id))
    expect(call).toMatchObject({ recommendation, state: 'settled' })
  })

  it('that cites what nobody recorded is refused and leads nowhere [R79]', async () => {
    const [scene, other] = [await world.scene(), await world.scene()]
    const looked = await other.call('soc__look', { text: 'x' })
    for (const invented of ['ev-1', looked._meta?.['countersign/evidence']]) {
      expect(saidBy(await recommend(scene, [invented]))).toMatchObject({ code: 'evidence_unknown' })
    }
    expect(ofType(await scene.record(), 'recommendation.made')).toEqual([])
  })
})

type Offered = { name: string; inputSchema?: { properties?: object } }

async function fetchTools(scene: Scene): Promise<readonly Offered[]> {
  const { body } = await postModern(`${plane.gateway.baseUrl}/mcp`, scene.token, 'tools/list')
  return body.result?.tools as readonly Offered[]
}

describe('a thousand reads', () => {
  it('wait for nobody, and each record names agent, task and analyst [R4]', async () => {
    const scene = await world.scene()
    const COUNT = 1_000
    for (let done = 0; done < COUNT; done += 25) {
      const batch = Array.from({ length: 25 }, (_, at) =>
        scene.ask('look', { text: `${done + at}` }),
      )
      expect(new Set(await Promise.all(batch))).toEqual(new Set(['ran']))
    }
    const record = await scene.record()
    expect(ofType(record, 'approval.requested')).toEqual([])
    const decided = ofType(record, 'tool.call.decided')
    expect(decided).toHaveLength(COUNT)
    for (const { actor, task, payloads } of decided) {
      expect([actor.id, task]).toEqual([scene.agent.id, scene.task])
      const [question] = JSON.parse(payloads.facts ?? '') as { task: { onBehalfOf: string } }[]
      expect(question?.task.onBehalfOf).toBe(plane.alex.id)
    }
  }, 120_000)
})
