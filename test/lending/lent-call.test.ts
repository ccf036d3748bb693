/** Calls that go out with a borrowed credential, from the agent's question to the tool and back. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { saidBy } from '../harness/agent-client.ts'
import { approveAsOwner, rest } from '../harness/people.ts'
import type { RecordedEntry } from '../promises-e2e/record.ts'
import { KEY, type LendingWorld, openLending, putSecret, typesOf } from './world.ts'

/** Without what is done about leases of calls before. */
const ofCalls = (record: readonly RecordedEntry[]) =>
  record.filter(({ actor }) => actor.id !== 'lease-keeper')

describe('a tool that is called with a borrowed credential', () => {
  let world: LendingWorld
  beforeAll(async () => {
    world = await openLending()
  }, 60_000)
  afterAll(() => world?.close())

  it('answers 401 to whoever has no credential, and to what only lists', async () => {
    const body = JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name: 'look' },
    })
    const headers = { 'content-type': 'application/json' }
    const raw = await fetch(world.tools.url, { method: 'POST', headers, body })
    expect(raw.status).toBe(401)
  })

  it('is called with it, once, after the decision and the wish were on record', async () => {
    const before = (await world.record()).length
    const result = await world.agent.call('edr__look', { target: 'web-1' })
    expect(saidBy(result)).toBeUndefined()
    const [call] = world.tools.calls().slice(-1)
    expect(call?.headers['x-api-key']).toBe(KEY)
    expect(call?.headers.authorization).toBeUndefined()
    const record = ofCalls((await world.record()).slice(before))
    expect(typesOf(record)).toEqual([
      'tool.call.decided',
      'lease.requested',
      'lease.issued',
      'tool.call.dispatched',
      'tool.call.outcome',
      'lease.ending',
    ])
    const [decided, requested, issued, dispatched] = record
    expect(requested?.cites).toEqual([decided?.id])
    expect(issued?.cites).toEqual([decided?.id, requested?.id])
    expect(dispatched?.cites).toEqual([decided?.id, issued?.id])
    expect(issued?.data).toMatchObject({ kind: 'sealed', broker: 'edr-key', broader: true })
    expect(requested?.data.scope).toBe(issued?.data.scope)
  })

  it('is called with it also when a person takes the call back', async () => {
    const { plane, agent } = world
    const target = '198.51.100.7'
    const held = saidBy(await agent.call('edr__block', { target }))
    expect((await approveAsOwner(plane, plane.dana, held?.approval_id ?? '')).status).toBe(200)
    expect(saidBy(await agent.call('edr__block', { target }))).toBeUndefined()
    const call = (await world.record()).filter(({ type }) => type === 'tool.call.dispatched').at(-1)
    const path = `/api/v1/calls/${call?.call}/undo`
    const shown = await rest(plane, plane.dana, 'GET', path)
    const body = { seen_digest: shown.body.digest, reason: 'the wrong host' }
    const undone = await rest(plane, plane.dana, 'POST', path, body)
    expect(undone.body).toMatchObject({ outcome: 'applied_unverified' })
    const [sent] = world.tools.calls().slice(-1)
    expect(sent).toMatchObject({ name: 'unblock', arguments: { target } })
    expect(sent?.headers['x-api-key']).toBe(KEY)
  })

  it('is not called, and the refusal says why, when the secret is not there', async () => {
    const { gateway, petra } = world.plane
    const { removeSecret } = await import('../../src/command/seal-secret.ts')
    const by = { kind: 'person', person: petra } as const
    await removeSecret(gateway.parts.restParts, { tenant: 'main', by, name: 'edr' })
    const called = world.tools.calls().length
    const before = (await world.record()).length
    const said = saidBy(await world.agent.call('edr__look', { target: 'web-1' }))
    expect(said).toMatchObject({ status: 'refused', code: 'broker_refused' })
    expect(said?.detail).toContain('there is no secret edr')
    expect(world.tools.calls()).toHaveLength(called)
    const record = ofCalls((await world.record()).slice(before))
    expect(typesOf(record)).toEqual([
      'tool.call.decided',
      'lease.requested',
      'lease.ending',
      'tool.call.decided',
    ])
    expect(record.at(3)?.data).toMatchObject({ decision: 'deny', reason: 'broker_refused' })
    await putSecret(world.plane, KEY)
    expect(saidBy(await world.agent.call('edr__look', { target: 'web-1' }))).toBeUndefined()
  })
})
