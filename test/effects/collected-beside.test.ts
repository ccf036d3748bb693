import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { sweep, sweepContainments } from '../../src/command/sweep.ts'
import { Failure } from '../../src/kernel/failure.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { type AgentClient, connectAgent, saidBy } from '../harness/agent-client.ts'
import { type AnyTools, anyTools, reviewAll } from '../harness/any-tools.ts'
import { sqliteDatabase } from '../harness/databases.ts'
import { entriesOf } from '../harness/fence.ts'
import { decide, rest } from '../harness/people.ts'
import { addAgent, addAsset, type Plane, startPlane, taskToken } from '../harness/plane.ts'

const device = { kind: 'device', from: 'args.target' }
const isolation = (evidence: JsonObject): JsonObject => ({
  effect: 'contain',
  verb: 'contain',
  target: device,
  reversibility: 'reversible',
  inverse: { tool: 'release', arguments: { target: 'args.target' } },
  flags: ['preserves-evidence'],
  evidence,
})
/** `fail`, `wait_ms` and `exit` of the collection steer the server; an agent would not give them. */
const COLLECTION = {
  tool: 'capture',
  arguments: {
    target: 'args.target',
    fail: 'has(args.collect_fails)',
    wait_ms: 'has(args.collect_waits) ? args.collect_waits : 0',
  },
}
const COLLECTED = isolation({ collection: COLLECTION })
const LOUD = { by: 'Ines', reason: 'kiosks hold nothing' }

const properties = Object.fromEntries(
  ['target', 'wait_ms', 'fail', 'collect_fails', 'collect_waits', 'host'].map((name) => [name, {}]),
)
const definition = { inputSchema: { type: 'object', properties } }
const TOOLS = [
  {
    name: 'capture',
    definition,
    entry: { effect: 'read', verb: 'query', target: device, flags: ['collects-evidence'] },
  },
  { name: 'peek', definition, entry: { effect: 'read', verb: 'query', target: device } },
  {
    name: 'release',
    definition,
    entry: {
      effect: 'contain',
      verb: 'allow',
      target: device,
      reversibility: 'compensable',
      waiver: LOUD,
    },
  },
  { name: 'isolate', definition, entry: COLLECTED },
  { name: 'isolate_kiosk', definition, entry: isolation({ waiver: LOUD }) },
  {
    name: 'isolate_unfit',
    definition,
    entry: isolation({ collection: { tool: 'peek', arguments: { target: 'args.target' } } }),
  },
  {
    name: 'isolate_blind',
    definition,
    entry: isolation({ collection: { tool: 'capture', arguments: { target: 'args.host' } } }),
  },
]

/** Ten times what a collection takes on two busy cores. */
const PATIENCE = { timeout: 20_000, interval: 10 }

let plane: Plane
let tools: AnyTools
/** As a gateway that dies at this point, as far as this call is concerned. */
let breaksAt: string | undefined
const at = (label: string) => {
  if (label !== breaksAt) return
  breaksAt = undefined
  throw new Failure('store_busy', 'the gateway is gone')
}

beforeAll(async () => {
  tools = anyTools('edr', mkdtempSync(join(tmpdir(), 'countersign-collected-')), TOOLS)
  plane = await startPlane({ upstreams: [tools.config], at })
  await reviewAll(plane, tools)
  for (let index = 0; index < 12; index++) await addAsset(plane.gateway, 'device', `ws-${index}`)
}, 60_000)
afterAll(() => plane?.close())

let used = 0
let hosts = 0
const host = () => `ws-${hosts++}`
const ran = (name: string, target: string) =>
  tools.calls().filter((call) => call.name === name && call.arguments.target === target).length

async function connect(): Promise<AgentClient> {
  const agent = await addAgent(plane.gateway, `responder-${used++}`, plane.alex)
  return connectAgent(plane.gateway.baseUrl, await taskToken(plane, 'respond', {}, agent))
}

/** Isolates on Dana's yes, and gives the id of the call once it was answered. */
async function isolate(name: string, args: JsonObject): Promise<string> {
  const agent = await connect()
  const held = saidBy(await agent.call(`edr__${name}`, args))
  await decide(plane, plane.dana, 'approve', held?.approval_id ?? '')
  expect(saidBy(await agent.call(`edr__${name}`, args)), 'the isolation ran').toBeUndefined()
  await agent.close()
  return held?.call_id ?? ''
}

/** Without a sweep: what the isolation itself set off, once it is on record. */
async function endOf(isolated: string, type: string): Promise<Record<string, unknown>> {
  // SQLite answers without a turn of the event loop: looking without a pause would keep from happening what is awaited.
  return vi.waitFor(async () => {
    const found = (await entriesOf(plane, type)).find(
      ({ data }) => (data as { beside?: string }).beside === isolated,
    )
    if (found === undefined) throw new Error(`no ${type} of ${isolated}`)
    return found
  }, PATIENCE)
}

const callOf = (id: string) => plane.gateway.parts.store.calls.byId('main', id)
const standing = async (id: string) =>
  (await plane.gateway.parts.store.effects.byCall('main', id))?.state
const paged = async (call: string) => {
  const rows = await sqliteDatabase(plane.dataDir).run(
    `select urgency, to_role, to_person from notice where kind = 'collection.failed' and about like '%${call}%'`,
  )
  return rows.map(({ urgency, to_role, to_person }) => `${urgency} ${to_role ?? to_person}`).sort()
}

describe('isolation that keeps evidence', () => {
  it('has it collected in parallel, by a governed call of its own, and waits for nothing [R132]', async () => {
    const target = host()
    const isolated = await isolate('isolate', { target, wait_ms: 200, collect_waits: 1500 })
    const names = tools
      .calls()
      .flatMap((call) => (call.arguments.target === target ? call.name : []))
    expect(names.sort(), 'both reached the tool before either answered').toEqual([
      'capture',
      'isolate',
    ])
    const started = await endOf(isolated, 'collection.started')
    const collection = String(started.call)
    expect((await callOf(isolated))?.outcome, 'the isolation is over').toBe('applied_unverified')
    expect((await callOf(collection))?.state, 'the collection is not').toBe('dispatched')
    expect(started).toMatchObject({ actor: { kind: 'system', id: 'evidence-collector' } })
    const decided = await entriesOf(plane, 'tool.call.decided')
    expect(decided.find(({ call }) => call === collection)).toMatchObject({
      data: { decision: 'allow', policies: ['gateway:collection'], effect: 'read' },
    })
    await expect
      .poll(async () => (await callOf(collection))?.outcome, PATIENCE)
      .toBe('applied_verified')
    const { evidence } = (await callOf(collection)) ?? {}
    const kept = await plane.gateway.parts.store.evidence.byId('main', evidence ?? '')
    expect(kept).toMatchObject({ tool: 'edr__capture', caseId: plane.caseId })
    const path = `/api/v1/cases/${plane.caseId}/safeguards`
    const { body } = await rest(plane, plane.alex, 'GET', path)
    expect(body.safeguards).toContainEqual(
      expect.objectContaining({ kind: 'evidence-preserved', ref: collection }),
    )
    expect(await paged(isolated)).toEqual([])
  }, 60_000)

  it('stands when the collection fails, and who leads and who signed are paged [R132]', async () => {
    const target = host()
    const isolated = await isolate('isolate', { target, collect_fails: true })
    expect(await endOf(isolated, 'collection.failed')).toMatchObject({
      data: { outcome: 'failed' },
    })
    expect(await standing(isolated)).toBe('standing')
    expect(ran('release', target)).toBe(0)
    expect(await paged(isolated)).toEqual([`page ${plane.dana.id}`, 'page shift-lead'])
    plane.clock.advance(11_000)
    await sweepContainments(plane.gateway.parts.spine)
    expect(ran('capture', target), 'a second try is for people').toBe(1)
  }, 60_000)

  it.each([
    ['its tool does more than collect', 'isolate_unfit', 'classification_failed'],
    ['its arguments are not known', 'isolate_blind', 'arguments_invalid'],
  ])(
    'stands when %s, and says so',
    async (_why, name, error) => {
      const target = host()
      const isolated = await isolate(name, { target })
      expect(await endOf(isolated, 'collection.failed')).toMatchObject({
        call: isolated,
        data: { outcome: 'not_sent', error },
      })
      expect(await standing(isolated)).toBe('standing')
      expect(await paged(isolated)).toContain('page shift-lead')
    },
    60_000,
  )

  it('shows whoever decides what is collected beside it', async () => {
    const agent = await connect()
    const target = host()
    const held = saidBy(await agent.call('edr__isolate', { target }))
    const shown = await rest(plane, plane.dana, 'GET', `/api/v1/approvals/${held?.approval_id}`)
    expect(shown.body).toMatchObject({
      package: { value: { collects: { tool: 'capture', arguments: { target } } } },
    })
    await agent.close()
  }, 60_000)
})

describe('when the gateway dies', () => {
  it('before the collection is sent, whoever comes next sends it, once', async () => {
    const target = host()
    breaksAt = 'collect:before'
    const isolated = await isolate('isolate', { target })
    expect(breaksAt, 'died there').toBeUndefined()
    expect(ran('capture', target)).toBe(0)
    plane.clock.advance(11_000)
    await sweepContainments(plane.gateway.parts.spine)
    await sweepContainments(plane.gateway.parts.spine)
    expect(ran('capture', target)).toBe(1)
    expect(await endOf(isolated, 'collection.started')).toBeDefined()
  }, 60_000)

  it('after it was sent, it is never sent again, and people hear that nobody knows', async () => {
    const target = host()
    breaksAt = 'collect:dispatched'
    const isolated = await isolate('isolate', { target })
    const collection = String((await endOf(isolated, 'collection.started')).call)
    plane.clock.advance(200_000)
    const { spine } = plane.gateway.parts
    await sweepContainments(spine)
    expect(await paged(collection), 'not before it is given up on').toEqual([])
    await sweep(spine, 'main')
    await sweepContainments(spine)
    await sweepContainments(spine)
    expect(await callOf(collection)).toMatchObject({ outcome: 'unknown' })
    expect(await paged(collection), 'once').toEqual(['page shift-lead'])
    expect(ran('capture', target)).toBe(0)
    expect((await entriesOf(plane, 'collection.failed')).at(-1)).toMatchObject({
      call: collection,
      data: { outcome: 'unknown' },
    })
  }, 60_000)
})

describe('the review of an isolation that keeps evidence', () => {
  const review = async (entry: JsonObject) => {
    const tool = await plane.gateway.parts.store.tools.byName('main', 'edr', 'tool', 'isolate')
    return rest(plane, plane.petra, 'POST', '/api/v1/tools/edr/isolate/review', {
      seen_digest: tool?.definitionDigest ?? '',
      verdict: 'approve',
      entry,
    })
  }

  it('is refused when nothing collects it and nobody answers for that [R132]', async () => {
    const { status, body } = await review(isolation({}))
    expect(status).toBe(400)
    expect(body.detail).toContain('names what collects it, or who answers for doing without')
  })

  it('is refused when what collects is not there, or stands beside something else', async () => {
    const none = isolation({ collection: { tool: 'nothing', arguments: {} } })
    expect((await review(none)).body.detail).toContain('there is no tool "nothing"')
    const other = { ...COLLECTED, flags: [] }
    expect((await review(other)).body.detail).toContain('beside isolation that keeps evidence only')
  })
})
