import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqliteDatabase } from '../harness/databases.ts'
import { entriesOf, type FencePlane, startFence } from '../harness/fence.ts'
import { rest } from '../harness/people.ts'
import { addPerson, putOnDuty } from '../harness/plane.ts'

const MINUTE_MS = 60_000

let fence: FencePlane
beforeAll(async () => {
  fence = await startFence()
}, 60_000)
afterAll(async () => {
  await fence?.plane.close()
})

/** Kinds and recipients of what people are to hear about one call. */
async function heard(call: string): Promise<readonly string[]> {
  const rows = await sqliteDatabase(fence.plane.dataDir).run(
    'select kind, urgency, to_person, to_role, about from notice order by id',
  )
  return rows
    .filter(({ about }) => JSON.parse(String(about)).call === call)
    .filter(({ kind }) => !String(kind).startsWith('approval.'))
    .map(({ kind, urgency, to_person, to_role }) => `${kind} ${urgency} ${to_role ?? to_person}`)
    .sort()
}

describe('undoing a call', () => {
  it('shows what would be done and who may, and does exactly that', async () => {
    const { plane, done, host, state } = fence
    const target = host()
    const call = await done('isolate', { target })
    expect(state().isolated).toContain(target)
    const path = `/api/v1/calls/${call}/undo`
    const shown = await rest(plane, plane.dana, 'GET', path)
    expect(shown.body).toMatchObject({
      call,
      state: 'standing',
      tool: 'fence__isolate',
      targets: [{ kind: 'device', id: target }],
      undo: { upstream: 'fence', tool: 'release', arguments: { target } },
      may_lift: true,
      by: 'approver',
    })
    const order = { seen_digest: shown.body.digest, reason: 'the host is clean' }
    const answer = await rest(plane, plane.dana, 'POST', path, order)
    expect(answer).toMatchObject({ status: 200, body: { kind: 'lifted' } })
    expect(answer.body.outcome, 'seen by a probe').toBe('applied_verified')
    expect(state().isolated).not.toContain(target)
    const started = (await entriesOf(plane, 'undo.started')).at(-1)
    expect(started).toMatchObject({
      actor: { kind: 'person', id: plane.dana.id },
      data: { undoes: call, by: 'approver', statement: shown.body.digest },
      commits: { reason: { cls: 'operational' } },
    })
  }, 60_000)

  it('refuses an undo other than the one that was shown', async () => {
    const { plane, done, host, ran } = fence
    const target = host()
    const call = await done('isolate', { target })
    const answer = await rest(plane, plane.dana, 'POST', `/api/v1/calls/${call}/undo`, {
      seen_digest: `sha256:${'0'.repeat(64)}`,
      reason: 'x',
    })
    expect(answer.body.code).toBe('seen_digest_mismatch')
    expect(ran('release', target)).toBe(0)
  }, 60_000)

  it('does not lift twice, and two at once send one', async () => {
    const { plane, done, host, undo, ran } = fence
    const target = host()
    const call = await done('isolate', { target })
    const both = await Promise.all([undo(plane.dana, call), undo(plane.dana, call)])
    const codes = both.map(({ status, body }) => (status === 200 ? body.kind : body.code)).sort()
    expect(codes[0]).toBe('lifted')
    expect(['undo_running', 'undo_impossible', 'already']).toContain(codes[1] ?? codes[0])
    expect(ran('release', target)).toBe(1)
    expect((await undo(plane.dana, call)).body.code).toBe('undo_impossible')
    expect(ran('release', target)).toBe(1)
  }, 60_000)

  it('sends nothing when the target was released by somebody else', async () => {
    const { plane, done, host, undo, ran, change } = fence
    const target = host()
    const call = await done('isolate', { target })
    change({ isolated: [] })
    expect((await undo(plane.dana, call)).body).toEqual({ kind: 'already' })
    expect(ran('release', target)).toBe(0)
  }, 60_000)

  it('is for the one who approved for a quarter of an hour, then for who leads the shift', async () => {
    const { plane, done, host, undo, ran } = fence
    const target = host()
    const call = await done('isolate', { target })
    const analyst = await undo(plane.alex, call)
    expect(analyst.body).toMatchObject({ code: 'not_eligible' })
    expect(analyst.body.detail).toContain('role')
    const lead = await addPerson(plane.gateway, `Lena${call.slice(-4)}`, ['shift-lead'])
    const offDuty = await undo(lead, call)
    expect(offDuty.body.detail).toContain('on_duty')
    expect(ran('release', target)).toBe(0)
    await putOnDuty(plane.gateway, plane.clock, lead)
    expect((await undo(lead, call)).body).toMatchObject({ kind: 'lifted' })
  }, 60_000)

  it('works while everything is stopped', async () => {
    const { plane, done, host, undo, state } = fence
    const target = host()
    const call = await done('isolate', { target })
    const pressed = await rest(plane, plane.alex, 'POST', '/api/v1/stops', { scope: 'tenant' })
    expect((await undo(plane.dana, call)).body).toMatchObject({ kind: 'lifted' })
    expect(state().isolated).not.toContain(target)
    const { stop } = pressed.body as unknown as { stop: { id: string } }
    await rest(plane, plane.dana, 'DELETE', `/api/v1/stops/${stop.id}`, { reason: 'over' })
  }, 60_000)

  it('is loud when it does not work, and can then be tried again', async () => {
    const { plane, done, host, undo, change, state } = fence
    const target = host()
    const call = await done('isolate', { target })
    change({ faults: { release: 'noop' } })
    const failed = await undo(plane.dana, call)
    expect(failed).toMatchObject({ status: 502, body: { code: 'undo_failed' } })
    expect((await entriesOf(plane, 'undo.failed')).at(-1)).toMatchObject({
      data: { undoes: call, outcome: 'no_effect' },
    })
    expect(await heard(call)).toEqual([
      `undo.failed page ${plane.dana.id}`,
      'undo.failed page shift-lead',
    ])
    change({ faults: {} })
    expect((await undo(plane.dana, call)).body).toMatchObject({ kind: 'lifted' })
    expect(state().isolated).not.toContain(target)
  }, 60_000)

  it('says so when there is nothing to take back', async () => {
    const { plane, connect, undo } = fence
    const agent = await connect()
    const looked = await agent.call('fence__status', { target: 'host-1' })
    await agent.close()
    const call = String(looked._meta?.['countersign/call'])
    expect((await undo(plane.dana, call)).body.code).toBe('undo_impossible')
    expect((await undo(plane.dana, plane.dana.id)).body.code).toBe('not_found')
  }, 60_000)

  it('proves that the entry of the tool has a way back, with its date [R63]', async () => {
    const { plane, done, host, undo } = fence
    const call = await done('isolate', { target: host() })
    await undo(plane.dana, call)
    const { tools } = (await rest(plane, plane.petra, 'GET', '/api/v1/tools')).body as unknown as {
      tools: readonly Record<string, unknown>[]
    }
    const [isolate, release] = ['isolate', 'release'].map((name) =>
      tools.find((tool) => tool.name === name),
    )
    expect(isolate?.inverse_exercised_at_ms).toBeGreaterThan(plane.clock.nowMs() - MINUTE_MS)
    expect(release?.inverse_exercised_at_ms).toBeUndefined()
  }, 60_000)
})
