import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { putCase } from '../../src/command/put-case.ts'
import { TENANT } from '../../src/wiring.ts'
import { connectAgent, saidBy } from '../harness/agent-client.ts'
import { type AnyTools, anyTools, ENTRIES, reviewAll } from '../harness/any-tools.ts'
import { decide, rest } from '../harness/people.ts'
import { addAgent, addAsset, type Plane, startPlane, taskToken } from '../harness/plane.ts'

const device = { kind: 'device', from: 'args.target' }
const lifts = {
  effect: 'contain',
  verb: 'allow',
  target: device,
  reversibility: 'reversible',
  inverse: { tool: 'isolate', arguments: { target: 'args.target' } },
}
const isolates = {
  effect: 'contain',
  verb: 'contain',
  target: device,
  reversibility: 'reversible',
  inverse: { tool: 'release', arguments: { target: 'args.target' } },
}

let plane: Plane
let tools: AnyTools
beforeAll(async () => {
  tools = anyTools('edr', mkdtempSync(join(tmpdir(), 'countersign-cases-')), [
    { name: 'isolate', entry: isolates },
    { name: 'release', entry: lifts },
    { name: 'reconnect', entry: lifts },
    { name: 'block', entry: ENTRIES.block },
    { name: 'unblock', entry: ENTRIES.unblock },
  ])
  plane = await startPlane({ upstreams: [tools.config] })
  await reviewAll(plane, tools)
}, 60_000)
afterAll(() => plane?.close())

let used = 0
/** An agent at work on a case of its own. */
async function working() {
  const ref = `INC-9${++used}`
  await putCase(plane.gateway.parts.restParts, {
    tenant: TENANT,
    by: { kind: 'system', part: 'test' },
    externalRef: ref,
    title: 'a case',
    state: 'open',
    severity: 2,
    tags: [],
    source: 'test',
  })
  const agent = await addAgent(plane.gateway, `case-agent-${used}`, plane.alex)
  const token = await taskToken(plane, 'respond', { case: ref }, agent)
  const client = await connectAgent(plane.gateway.baseUrl, token)
  const call = async (name: string, target: string, more: object = {}) =>
    saidBy(await client.call(`edr__${name}`, { target, ...more }))
  const contained = async (name: string, target: string) => {
    const held = await call(name, target)
    await decide(plane, plane.dana, 'approve', held?.approval_id ?? '')
    expect(await call(name, target)).toBeUndefined()
  }
  return { ref, call, contained }
}
async function host(): Promise<string> {
  const name = `ws-${++used}`
  await addAsset(plane.gateway, 'device', name)
  return name
}
const ELSEWHERE = { status: 'refused', code: 'contained_elsewhere' }
const ASKED = { status: 'pending_approval' }

describe('what was contained for a case', () => {
  it('is not taken back by an agent of another case, whatever case its arguments name', async () => {
    const [owner, other] = [await working(), await working()]
    const target = await host()
    await owner.contained('isolate', target)
    expect(await other.call('release', target)).toMatchObject(ELSEWHERE)
    expect(await other.call('release', target, { case: owner.ref })).toMatchObject(ELSEWHERE)
    expect(await other.call('release', target.toUpperCase())).toMatchObject({
      ...ELSEWHERE,
      next: 'Leave it; the shift lead lifts it, from the shift board.',
    })
    const released = tools.calls().filter(({ name }) => name === 'release')
    expect(released).toEqual([])
    const open = await rest(plane, plane.dana, 'GET', '/api/v1/approvals?state=pending')
    expect(open.body.approvals).toEqual([])
  })

  it('is not taken back by another tool that does the same', async () => {
    const [owner, other] = [await working(), await working()]
    const target = await host()
    await owner.contained('isolate', target)
    expect(await other.call('reconnect', target)).toMatchObject(ELSEWHERE)
  })

  it('is asked about by its own case, and other targets by every case', async () => {
    const [owner, other] = [await working(), await working()]
    const [target, free] = [await host(), await host()]
    await owner.contained('isolate', target)
    expect(await owner.call('release', target)).toMatchObject(ASKED)
    expect(await other.call('release', free)).toMatchObject(ASKED)
    expect(await other.call('isolate', target)).toMatchObject(ASKED)
  })

  it('counts for an address inside a contained network and for a network around it', async () => {
    const [owner, other] = [await working(), await working()]
    await owner.contained('block', '203.0.113.64/28')
    expect(await other.call('unblock', '203.0.113.70')).toMatchObject(ELSEWHERE)
    expect(await other.call('unblock', '203.0.113.0/24')).toMatchObject(ELSEWHERE)
    expect(await other.call('unblock', '203.0.113.80')).toMatchObject(ASKED)
  })

  it('is free again once a person lifted it', async () => {
    const [owner, other] = [await working(), await working()]
    const target = await host()
    await owner.contained('isolate', target)
    const { body } = await rest(plane, plane.dana, 'GET', '/api/v1/containments')
    const all = body.containments as unknown as { call: string; targets: { id: string }[] }[]
    const call = all.find(({ targets }) => targets.some(({ id }) => id === target))?.call
    const path = `/api/v1/calls/${call}/undo`
    const seen = await rest(plane, plane.dana, 'GET', path)
    const undone = { seen_digest: seen.body.digest, reason: 'clean again' }
    expect((await rest(plane, plane.dana, 'POST', path, undone)).status).toBeLessThan(300)
    expect(await other.call('release', target)).toMatchObject(ASKED)
  })
})
