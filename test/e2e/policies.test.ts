import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { canBrowse, NEEDS } from './browser.ts'
import { type ConsoleWorld, openWorld } from './world.ts'

const SLOW_MS = 60_000

describe.skipIf(!canBrowse)(`policies ${NEEDS}`, () => {
  let world: ConsoleWorld
  beforeAll(async () => {
    world = await openWorld()
  }, SLOW_MS)
  afterAll(() => world?.close())

  it(
    'shows the bundle in force, who answers with who that is now, and the documented limits',
    async () => {
      const { page, noise } = await world.open(world.net.plane.alex, '/policies')
      await page.getByRole('region', { name: /^In force: version \d/ }).waitFor()
      const owners = page.getByRole('region', { name: 'Who answers' }).first()
      const contain = owners.getByRole('row', { name: /^contain/ })
      await contain.getByText('shift lead').waitFor()
      await contain.getByText('Dana').waitFor()
      const risk = page.getByRole('region', { name: 'Risk thresholds' })
      await risk.getByText('a target of criticality 4 of 5 or more').waitFor()
      await risk.getByRole('row', { name: /^tier3 analyst contain at most 4 at most 10/ }).waitFor()
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'finds a rule by its words and shows its text, coloured and whole',
    async () => {
      const { page } = await world.open(world.net.plane.alex, '/policies')
      await page.getByLabel('Search the rules').fill('interrupts somebody')
      const rules = page.getByRole('region', { name: /^Rules/ })
      await rules.getByRole('button', { name: /^base-contain/ }).click()
      const text = rules.getByRole('group', { name: 'Text of base-contain' })
      expect(await text.innerText()).toContain('forbid (principal, action in Action::"contain"')
      expect(await text.locator('[data-kind="keyword"]').first().innerText()).toBe('forbid')
      await page.getByLabel('Search the rules').fill('no such words')
      await rules.getByText('No rule has these words.').waitFor()
    },
    SLOW_MS,
  )

  it(
    'runs the table tests of its authors, and names each case with what was decided',
    async () => {
      const { page, noise } = await world.open(world.net.plane.alex, '/policies')
      const tests = page.getByRole('region', { name: 'Table tests', exact: true })
      await tests.getByRole('button', { name: 'Run the table tests' }).click()
      await tests.getByText(/^all \d{2,} pass$/).waitFor()
      await tests.getByText(/^All \d+ cases$/).click()
      const row = tests.getByRole('row', { name: /isolating a production host waits for the/ })
      await row.getByText('waits', { exact: true }).waitFor()
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'explains a question of one’s own: what happens, by which rules, and what would let it run',
    async () => {
      const { page, noise } = await world.open(world.net.plane.alex, '/policies')
      const desk = page.getByRole('region', { name: 'Explain a decision' })
      await desk.getByText(/^The facts/).click()
      await desk.getByLabel('Action and effect').selectOption('contain:device/contain')
      await desk.getByRole('button', { name: 'Explain' }).click()
      const answer = desk.getByRole('region', { name: 'Answer' })
      await answer.getByText('it waits for people').waitFor()
      await answer.getByText('discharges base-contain', { exact: false }).first().waitFor()
      await desk.getByLabel('Mode of the agent').selectOption('advisory')
      await desk.getByRole('button', { name: 'Explain' }).click()
      await answer.getByText('it is refused').waitFor()
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'explains what people were asked, with the facts of then, from an address that can be sent',
    async () => {
      const { id, target } = await world.ask()
      const { page } = await world.open(world.net.plane.alex, `/policies?request=${id}`)
      const desk = page.getByRole('region', { name: 'Explain a decision' })
      const answer = desk.getByRole('region', { name: 'Answer' })
      await answer.getByText('it waits for people').waitFor()
      await desk.getByText(/^The facts/).click()
      expect(await desk.getByLabel('Target', { exact: true }).inputValue()).toBe(target)
      await answer.getByText(target, { exact: false }).first().waitFor()
    },
    SLOW_MS,
  )
})
