import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type AgentClient, connectAgent, saidBy } from '../harness/agent-client.ts'
import { type AnyTools, anyTools, ENTRIES, reviewAll } from '../harness/any-tools.ts'
import { sqliteDatabase } from '../harness/databases.ts'
import { decide, rest } from '../harness/people.ts'
import { type Plane, startPlane, taskToken } from '../harness/plane.ts'

let plane: Plane
let tools: AnyTools
let agent: AgentClient
beforeAll(async () => {
  tools = anyTools('edge', mkdtempSync(join(tmpdir(), 'countersign-tools-')), [
    { name: 'block', entry: ENTRIES.block },
    { name: 'unblock', entry: ENTRIES.unblock },
  ])
  plane = await startPlane({ upstreams: [tools.config] })
  await reviewAll(plane, tools)
  agent = await connectAgent(plane.gateway.baseUrl, await taskToken(plane))
}, 60_000)
afterAll(async () => {
  await agent?.close()
  await plane?.close()
})

/** What was put since the last look, oldest first. */
let seen = 0
async function newNotices(): Promise<readonly Record<string, unknown>[]> {
  const statement = 'select kind, urgency, to_person, to_role, about from notice order by id'
  const all = await sqliteDatabase(plane.dataDir).run(statement)
  const fresh = all.slice(seen)
  seen = all.length
  return fresh.map((row) => ({ ...row, about: JSON.parse(String(row.about)) }))
}

async function ask(address: string): Promise<string> {
  const said = saidBy(await agent.call('edge__block', { target: address }))
  return said?.approval_id ?? ''
}

describe('a notice is put with its cause', () => {
  it('pages the owner of a question, and tells the analyst what became of it', async () => {
    const request = await ask('198.51.100.1/32')
    const about = { request, caseId: plane.caseId, call: expect.any(String) }
    expect(await newNotices()).toEqual([
      {
        kind: 'approval.requested',
        urgency: 'page',
        to_person: plane.dana.id,
        to_role: null,
        about,
      },
    ])
    expect((await decide(plane, plane.ines, 'deny', request)).status).toBe(200)
    const told = await newNotices()
    expect(told.map((row) => [row.kind, row.urgency])).toEqual([
      ['approval.decided', 'inform'],
      ['approval.decided', 'inform'],
    ])
    expect(new Set(told.map((row) => row.to_person))).toEqual(
      new Set([plane.alex.id, plane.dana.id]),
    )
  })

  it('says nothing of a decision that was refused', async () => {
    const request = await ask('198.51.100.2/32')
    await newNotices()
    const path = `/api/v1/approvals/${request}/deny`
    const refused = await rest(plane, plane.dana, 'POST', path, {
      seen_digest: `sha256:${'f'.repeat(64)}`,
      reason: 'no',
    })
    expect(refused.status).toBe(409)
    expect(await newNotices()).toEqual([])
  })

  it('pages those who answer for running operations when somebody stops them', async () => {
    const pressed = await rest(plane, plane.alex, 'POST', '/api/v1/stops', {
      scope: 'writes',
      reason: 'it misbehaves',
    })
    const { id } = (pressed.body as unknown as { stop: { id: string } }).stop
    const stops = (await newNotices()).filter((row) => row.kind === 'stop.pressed')
    const page = { kind: 'stop.pressed', urgency: 'page', to_person: null, about: { stop: id } }
    // Put in one commit, so in no order.
    expect(stops).toHaveLength(2)
    expect(stops).toEqual(
      expect.arrayContaining([
        { ...page, to_role: 'incident-commander' },
        { ...page, to_role: 'shift-lead' },
      ]),
    )
  })
})
