import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { TENANT } from '../../src/wiring.ts'
import { run } from '../cli/terminal.ts'
import { profileFor } from '../harness/passkeys.ts'
import { decide, rest } from '../harness/people.ts'
import type { TestPerson } from '../harness/plane.ts'
import { action, playbookOf } from './playbooks.ts'
import { type PlanAgent, type PlanWorld, startPlanWorld } from './world.ts'

let world: PlanWorld
beforeAll(async () => {
  world = await startPlanWorld()
}, 60_000)
afterAll(() => world?.plane.close())

const as = (person: TestPerson) => ({
  profile: profileFor(world.plane.dataDir, world.plane.gateway.baseUrl, person),
})
const taskOf = async ({ agent }: PlanAgent) => {
  const tasks = await world.plane.gateway.parts.store.tasks.list(TENANT)
  return tasks.find((task) => task.agent === agent.id)?.id ?? ''
}
const imported = (task: string, playbook: JsonObject, person = world.plane.alex) =>
  rest(world.plane, person, 'POST', '/api/v1/plans/import', { task, playbook })
const fileOf = (content: unknown) => {
  const path = join(world.plane.dataDir, `plan-${crypto.randomUUID()}.json`)
  writeFileSync(path, JSON.stringify(content))
  return path
}

const CHAIN = [
  action('soar__block', { target: '203.0.113.7' }),
  action('soar__isolate', { target: 'ws-1' }),
]

describe('importing a playbook', () => {
  it('proposes a plan that is approved once, runs in order and says where it came from', async () => {
    const agent = await world.newAgent()
    const file = fileOf(playbookOf(CHAIN, { name: 'Scanner containment' }))
    const task = await taskOf(agent)
    const { code, out, err } = await run(
      as(world.plane.alex),
      'plan',
      'import',
      file,
      '--task',
      task,
    )
    expect([code, err]).toEqual([0, expect.stringContaining('Proposed: 2 steps')])
    const [, plan = '', approval = ''] = /plan +(\S+)\napproval +(\S+)/.exec(out) ?? []
    const shown = await run(as(world.plane.dana), 'plan', 'show', plan)
    expect(shown.out).toContain('(cacao)')
    expect(shown.out).toContain('claimed purpose: Scanner containment (playbook--')
    expect(await agent.call('block', { target: '203.0.113.7' })).toMatchObject({
      status: 'pending_approval',
    })
    for (const person of world.leads) await decide(world.plane, person, 'approve', approval)
    expect(await agent.call('block', { target: '203.0.113.7' })).toBeUndefined()
    expect(await agent.call('isolate', { target: 'ws-1' })).toBeUndefined()
    expect((await run(as(world.plane.dana), 'plan', 'show', plan)).out).toContain('completed')
  }, 40_000)

  it('is refused with the step in the way, asks nobody, and leaves no plan', async () => {
    const agent = await world.newAgent()
    const shell = { ...CHAIN[1], commands: [{ type: 'bash', command: 'rm -rf /' }] } as JsonObject
    const file = fileOf(playbookOf([CHAIN[0] as JsonObject, shell]))
    const task = await taskOf(agent)
    const ran = await run(as(world.plane.alex), 'plan', 'import', file, '--task', task)
    expect([ran.code, ran.err]).toEqual([
      1,
      expect.stringContaining('workflow.action--2: its command is none of: http-api, openc2-http'),
    ])
    const { body } = await rest(world.plane, world.plane.dana, 'GET', '/api/v1/plans')
    expect(JSON.stringify(body)).not.toContain(agent.agent.id)
  })

  it('holds its tools to the reviewed ones and to what the agent may use', async () => {
    const task = await taskOf(await world.newAgent())
    const { status, body } = await imported(task, playbookOf([action('soar__format', {})]))
    expect([status, String(body.detail)]).toEqual([
      expect.any(Number),
      expect.stringContaining('steps[0]'),
    ])
    expect(status).toBeGreaterThanOrEqual(400)
  })

  it('is for those who may open a session, and for a session that is open', async () => {
    const agent = await world.newAgent()
    const task = await taskOf(agent)
    const playbook = playbookOf(CHAIN)
    expect((await imported(task, playbook, world.plane.petra)).body.code).toBe('not_permitted')
    expect((await imported(world.plane.caseId, playbook)).body.code).toBe('not_found')
    expect((await imported(task, playbook)).status).toBe(201)
  })

  it('takes our own words too: plan propose', async () => {
    const task = await taskOf(await world.newAgent())
    const file = fileOf({ steps: [{ tool: 'soar__block', arguments: { target: '203.0.113.8' } }] })
    const ran = await run(as(world.plane.alex), 'plan', 'propose', file, '--task', task)
    expect([ran.code, ran.err]).toEqual([0, expect.stringContaining('Proposed: 1 steps')])
  })
})
