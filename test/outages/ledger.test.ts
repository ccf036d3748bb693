/** What is not on record did not happen: without a ledger nothing runs at all, not even a read. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
// biome-ignore lint/correctness/noUnresolvedImports: the linter's list of built-ins is older than this one
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, it } from 'vitest'
import { sweep } from '../../src/command/sweep.ts'
import { TENANT } from '../../src/wiring.ts'
import { saidBy } from '../harness/agent-client.ts'
import { postgresDatabase } from '../harness/databases.ts'
import { rest } from '../harness/people.ts'
import { POSTGRES_URL } from '../harness/stores.ts'
import { holdAtTheDoor } from '../promises-e2e/between.ts'
import { openWorld, type Scene, type World } from '../promises-e2e/world.ts'
import { openGate } from './gate.ts'
import { decisionsIn, markOf } from './marks.ts'

type Outage = { readonly begin: () => Promise<void>; readonly end: () => Promise<void> }

/** A held call with a yes, one that waits, and a read that is out; then the outage; then all of it again. */
async function survives(world: World, outage: Outage): Promise<void> {
  const { plane } = world
  const scene = await world.scene()
  const [target, other, out] = [
    await world.asset('device'),
    await world.asset('device'),
    await world.asset('device'),
  ]
  const signed = await scene.hold('isolate', { target })
  const open = await scene.hold('isolate', { target: other })
  const running = await scene.hold('isolate', { target: out })
  for (const { id } of [signed, running]) {
    expect(await world.yes(plane.alex, id)).toBe('released')
  }
  const door = holdAtTheDoor(plane)
  const lost = scene.call('soc__isolate', { target: out })
  await door.waiting(1)

  await outage.begin()
  door.open()
  expect(saidBy(await lost), 'it may have acted').toMatchObject({ code: 'outcome_unknown' })
  expect(world.ran(out)).toBe(1)
  await nothingRuns(world, scene, target)
  expect(world.ran(target)).toBe(0)
  await outage.end()

  expect(await stateOf(world, open.id), 'the question is there').toBe('pending')
  expect(markOf(await scene.call('soc__look', { text: 'x' }))).toBeUndefined()
  expect(markOf(await scene.call('soc__isolate', { target })), 'so is the yes').toBeUndefined()
  expect(world.ran(target)).toBe(1)
  plane.clock.advance(4 * 60_000)
  await sweep(plane.gateway.parts.spine, TENANT)
  const record = await scene.record()
  const outcome = record.find(({ type, call }) => {
    return type === 'tool.call.outcome' && call === running.callId
  })
  expect(outcome?.data, 'settled, and never sent again').toMatchObject({ outcome: 'unknown' })
  expect(world.ran(out)).toBe(1)
  expect(decisionsIn(record).filter((one) => one.startsWith('deny'))).toEqual([])
}

/** Every class, reads included, over both faces and for people; each says why and what helps. */
async function nothingRuns(world: World, scene: Scene, target: string): Promise<void> {
  const { plane } = world
  const tools = ['look', 'note', 'raise_severity', 'isolate']
  const told = await Promise.all(
    tools.map((tool) => scene.call(`soc__${tool}`, { target }).then(JSON.stringify, String)),
  )
  // A tool result where the agent is known, an error of the protocol where even that cannot be looked up.
  for (const [at, text] of told.entries()) {
    expect(text.replaceAll('\\', ''), tools[at]).toContain('"code":"ledger_unwritable"')
    expect(text, tools[at]).toContain('Free the disk or restore the database.')
  }
  const overHttp = await fetch(`${plane.gateway.baseUrl}/api/v1/calls`, {
    method: 'POST',
    headers: { authorization: `Bearer ${scene.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ tool: 'soc__look', arguments: { text: 'x' } }),
  })
  expect(overHttp.status).toBe(503)
  expect(await overHttp.json()).toMatchObject({ code: 'ledger_unwritable' })
  const stopped = await rest(plane, plane.dana, 'POST', '/api/v1/stops', { scope: 'writes' })
  expect(stopped).toMatchObject({ status: 503, body: { code: 'ledger_unwritable' } })
}

async function stateOf(world: World, id: string): Promise<unknown> {
  return (await rest(world.plane, world.plane.petra, 'GET', `/api/v1/approvals/${id}`)).body.state
}

describe('a ledger that cannot be written', () => {
  it('for another process has locked it: nothing runs, nothing is lost, and all goes on by itself', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'countersign-ledger-'))
    const world = await openWorld({ dataDir })
    const intruder = new DatabaseSync(join(dataDir, 'countersign.sqlite'))
    try {
      await survives(world, {
        begin: async () => intruder.exec('begin immediate'),
        end: async () => intruder.exec('rollback'),
      })
    } finally {
      intruder.close()
      await world.close()
      rmSync(dataDir, { recursive: true })
    }
  }, 120_000)
})

describe.skipIf(POSTGRES_URL === undefined)(
  'a ledger that cannot be reached, on PostgreSQL (COUNTERSIGN_TEST_POSTGRES_URL)',
  () => {
    it('nothing runs, nothing is lost, and all goes on by itself', async () => {
      const database = await postgresDatabase(POSTGRES_URL ?? '')
      const gate = await openGate(database.url)
      const world = await openWorld({ config: { databaseUrl: gate.url } })
      try {
        await survives(world, { begin: gate.shut, end: gate.open })
      } finally {
        await gate.open()
        await world.close()
        await gate.shut()
        await database.drop()
      }
    }, 120_000)
  },
)
