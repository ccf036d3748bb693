import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { documentsOf } from '../../src/adapters/bundle-check.ts'
import { closeTask } from '../../src/command/close-task.ts'
import { publishPolicy } from '../../src/command/publish-policy.ts'
import { changePerson } from '../../src/command/register-person.ts'
import { sweepPlans } from '../../src/command/sweep-plans.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { TENANT } from '../../src/wiring.ts'
import { reviewAll } from '../harness/any-tools.ts'
import { rest } from '../harness/people.ts'
import { addPerson, putOnDuty, type TestPerson } from '../harness/plane.ts'
import { approveAll, type PlanAgent, type PlanWorld, startPlanWorld, TOOLS } from './world.ts'

let world: PlanWorld
beforeAll(async () => {
  world = await startPlanWorld()
}, 60_000)
afterAll(() => world?.plane.close())

const SYSTEM = { kind: 'system', part: 'test' } as const
const STEPS = {
  steps: [
    { tool: 'soar__block', arguments: { target: '203.0.113.7' } },
    { tool: 'soar__isolate', arguments: { target: 'ws-1' } },
  ],
}
type Running = PlanAgent & { readonly plan: string; readonly task: string }

/** A plan whose first step is done. */
async function halfway(
  leads = world.leads,
  first: (approvalId: string) => Promise<unknown> = async () => undefined,
): Promise<Running> {
  const agent = await world.newAgent()
  const { plan, approval_id } = await agent.propose(STEPS)
  await first(approval_id)
  await approveAll(world.plane, leads, approval_id)
  expect(await agent.call('block', { target: '203.0.113.7' })).toBeUndefined()
  const shown = await planOf(plan)
  expect(shown.status).toBe('running')
  return { ...agent, plan, task: String(shown.task) }
}

async function takeOver(person: TestPerson, approvalId: string): Promise<void> {
  const path = `/api/v1/approvals/${approvalId}`
  const { body } = await rest(world.plane, person, 'GET', path)
  const said = { seen_digest: body.action_digest, reason: 'mine now' }
  await rest(world.plane, person, 'POST', `${path}/take-over`, said)
}

const planOf = async (id: string) =>
  (await rest(world.plane, world.plane.alex, 'GET', `/api/v1/plans/${id}`))
    .body as unknown as Record<string, unknown>

/** The second step after what happened: not run, and the plan is as it should be. */
async function expectVoid(running: Running, status: string, reason?: string): Promise<void> {
  const ran = world.ran('isolate', 'ws-1')
  const said = await running
    .call('isolate', { target: 'ws-1' })
    .catch(() => ({ status: 'refused' }))
  expect(said?.status).toMatch(/refused|pending_approval/)
  expect(world.ran('isolate', 'ws-1')).toBe(ran)
  expect(await planOf(running.plan)).toMatchObject(
    reason === undefined ? { status } : { status, reason },
  )
}

describe('an approved plan holds no more', () => {
  it('when the rule that decides a step changed: a gate was moved [R48]', async () => {
    const running = await halfway()
    const deps = world.plane.gateway.parts.restParts
    const active = await deps.bundles.active(TENANT)
    const documents = documentsOf(active?.text ?? '')
    const id = `moved-${active?.sequence}`
    const text = `@id("${id}") @owner("test") @requires("approve") @role("shift-lead") @reason("A gate.") @control("owasp-asi:ASI02")
forbid (principal, action in Action::"contain", resource) unless { context.discharged.contains("${id}") };`
    const policies = { ...(documents.policies as JsonObject), [id]: text }
    await publishPolicy(deps, { tenant: TENANT, by: SYSTEM, documents: { ...documents, policies } })
    await expectVoid(running, 'stopped', 'rule_changed')
  })

  it('when somebody who signed it is suspended', async () => {
    const lead = await addPerson(world.plane.gateway, `Lead${Date.now()}`, [
      'shift-lead',
      'identity-owner',
    ])
    await putOnDuty(world.plane.gateway, world.plane.clock, lead)
    const running = await halfway([lead], (approvalId) => takeOver(lead, approvalId))
    await changePerson(world.plane.gateway.parts.restParts, {
      tenant: TENANT,
      by: SYSTEM,
      personId: lead.id,
      state: 'suspended',
    })
    await expectVoid(running, 'stopped', 'signer_withdrawn')
  })

  it('when a tool of it is another than the reviewed one', async () => {
    const running = await halfway()
    world.tools.offer(
      TOOLS.map((tool) =>
        tool.name === 'isolate'
          ? { ...tool, definition: { description: 'Isolates harder.' } }
          : tool,
      ),
    )
    await world.plane.gateway.refreshTools()
    await expectVoid(running, 'running')
    await reviewAll(world.plane, {
      ...world.tools,
      tools: TOOLS.filter(({ name }) => name === 'isolate'),
    })
    await expectVoid(running, 'stopped', 'definition_changed')
    world.tools.offer(TOOLS)
    await world.plane.gateway.refreshTools()
    await reviewAll(world.plane, {
      ...world.tools,
      tools: TOOLS.filter(({ name }) => name === 'isolate'),
    })
  })

  it('when a person pressed stop', async () => {
    const running = await halfway()
    const pressed = await rest(world.plane, world.plane.alex, 'POST', '/api/v1/stops', {
      scope: 'agent',
      subject: running.agent.id,
      reason: 'odd',
    })
    const { id } = (pressed.body as unknown as { stop: { id: string } }).stop
    await rest(world.plane, world.plane.dana, 'DELETE', `/api/v1/stops/${id}`, { reason: 'mended' })
    await expectVoid(running, 'void')
  })

  it('when its task is closed', async () => {
    const running = await halfway()
    await closeTask(world.plane.gateway.parts.restParts, {
      tenant: TENANT,
      by: SYSTEM,
      taskId: running.task,
      reason: 'done',
    })
    await expectVoid(running, 'void')
  })

  // Last, because the clock does not go back.
  it('when its deadline has passed, and the sweeper says so', async () => {
    const agent = await world.newAgent()
    const { plan, approval_id } = await agent.propose({ ...STEPS, deadline_seconds: 60 })
    await approveAll(world.plane, world.leads, approval_id)
    expect(await agent.call('block', { target: '203.0.113.7' })).toBeUndefined()
    world.plane.clock.advance(61_000)
    await sweepPlans(world.plane.gateway.parts.spine)
    await expectVoid({ ...agent, plan, task: '' }, 'stopped', 'expired')
  })
})
