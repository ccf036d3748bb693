import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type PlanWorld, startPlanWorld } from '../plans/world.ts'
import { type Browser, canBrowse, launch, NEEDS, signIn, visit } from './browser.ts'

const SLOW_MS = 60_000
const STEPS = [
  { tool: 'soar__block', bounds: { target: { kind: 'cidr', net: '203.0.113.0/24' } }, times: 2 },
  { tool: 'soar__disable', arguments: { target: 'bob' } },
]

describe.skipIf(!canBrowse)(`plans and what cannot be undone ${NEEDS}`, () => {
  let world: PlanWorld
  let browser: Browser
  beforeAll(async () => {
    ;[world, browser] = await Promise.all([startPlanWorld(), launch()])
  }, SLOW_MS)
  afterAll(() => Promise.all([browser?.close(), world?.plane.close()]))

  it(
    'shows each step with exactly what it lets through, and moves on as the agent does',
    async () => {
      const agent = await world.newAgent('respond')
      const { approval_id: id } = await agent.approved({ summary: 'stop it', steps: STEPS })
      const { page, noise } = await visit(browser, world.plane.gateway.baseUrl)
      await signIn(
        { page, noise, context: page.context() },
        world.plane.dana.token,
        `/approvals/${id}`,
      )
      const plan = page.getByRole('region', { name: 'The plan, step by step' })
      const steps = plan.getByRole('list').first().locator(':scope > li')
      await plan.getByText('running, 0 calls made').waitFor()
      expect(await steps.count()).toBe(2)
      expect(await steps.first().getAttribute('aria-current')).toBe('step')
      expect(await steps.first().innerText()).toMatch(/an address in 203\.0\.113\.0\/24/)
      expect(await steps.last().innerText()).toContain('target: "bob"')
      await agent.call('block', { target: '203.0.113.7' })
      await plan.getByText('1 of at most 2 times').waitFor()
      await agent.call('disable', { target: 'bob' })
      await plan.getByText('2 calls made').waitFor()
      expect(await steps.first().innerText()).toContain('done')
      await agent.client.close()
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'shows on the shift board what a session and a plan touch and what their budgets leave, as it happens',
    async () => {
      const agent = await world.newAgent('respond')
      await agent.approved({ summary: 'stop it', steps: STEPS })
      const visitor = await visit(browser, world.plane.gateway.baseUrl)
      await signIn(visitor, world.plane.dana.token)
      const { page, noise } = visitor
      const sessions = page.getByRole('region', { name: /Agents at work/ })
      // The newest is first, and the plan of the test before has run to its end.
      const session = sessions.getByRole('listitem').first()
      const plan = page
        .getByRole('region', { name: 'Plans at work: 1' })
        .getByRole('listitem')
        .first()
      await plan.getByText('0 of 2 steps taken').waitFor()
      await plan.getByText('Nothing touched yet.').waitFor()
      await plan.getByText('0 of 3', { exact: true }).first().waitFor()
      // Nobody reloads: the line says that something happened.
      await agent.call('block', { target: '203.0.113.9' })
      await plan.getByText('1 of 2 steps taken').waitFor()
      await plan.getByText('1 of 3', { exact: true }).first().waitFor()
      for (const work of [plan, session]) {
        const tools = work.getByRole('list', { name: 'Tools' })
        await tools.getByText('soar__block').waitFor()
        await tools.getByText('1 ran').waitFor()
        const acted = work.getByRole('list', { name: 'Acted upon' })
        await acted.getByText('203.0.113.9').waitFor()
        await acted.getByText('block address, in force').waitFor()
      }
      await session.getByText('1 of 50').waitFor()
      await agent.client.close()
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'has the target of what cannot be undone typed as a recorded result has it',
    async () => {
      const agent = await world.newAgent('respond')
      await agent.call('look', { target: 'ws-1', says: 'ws-1 is infected' })
      const id = String((await agent.call('wipe', { target: 'ws-1' }))?.approval_id)
      await agent.client.close()
      const visitor = await visit(browser, world.plane.gateway.baseUrl)
      const { page, noise } = visitor
      await signIn(visitor, world.iris.token, `/approvals/${id}`)
      await page.getByRole('button', { name: /Approve|Advise yes/ }).click()
      await page.getByText(/^as evidence \d has it$/).waitFor()
      await page.getByText(/Open evidence \d: it holds what you have to type/).waitFor()
      const evidence = page.getByRole('region', { name: 'Evidence' })
      const holder = evidence.getByRole('listitem').filter({ hasText: 'holds /target' })
      await holder.locator('summary').first().click()
      await holder.getByText('ws-1 is infected').waitFor()
      expect(await page.getByText(/it holds what you have to type/).count()).toBe(0)
      await page.getByLabel('This cannot be undone. Type the target').fill('ws-2')
      expect(await page.locator('[type=submit]').isDisabled()).toBe(true)
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )
})
