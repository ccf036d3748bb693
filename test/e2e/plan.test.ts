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
