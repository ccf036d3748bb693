import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decide } from '../harness/people.ts'
import { canBrowse, NEEDS } from './browser.ts'
import { type ConsoleWorld, openWorld } from './world.ts'

const SLOW_MS = 60_000

describe.skipIf(!canBrowse)(`oversight ${NEEDS}`, () => {
  let world: ConsoleWorld
  beforeAll(async () => {
    world = await openWorld()
  }, SLOW_MS)
  afterAll(() => world?.close())

  it(
    'shows how people decided, and has the figures of each picture as a table',
    async () => {
      const { plane } = world.net
      const [one, two] = [await world.ask(), await world.ask()]
      await world.ask()
      await decide(plane, plane.dana, 'approve', one.id)
      await decide(plane, plane.dana, 'deny', two.id)
      const { page, noise } = await world.open(plane.dana, '/oversight')
      await page.getByText('1 of 2 (50 %)').first().waitFor()
      const picture = page.getByRole('img', { name: /Requests by day and outcome/ })
      expect(await picture.locator('rect').count()).toBeGreaterThan(28)
      await page.getByText('As a table').first().click()
      const table = page.getByRole('region', { name: 'Requests by day and outcome' })
      const today = new Date(plane.clock.nowMs()).toISOString().slice(0, 10)
      await table.getByRole('row', { name: `${today} 3 1 1 0 1` }).waitFor()
      const people = page.getByRole('region', { name: 'Requests by person' })
      await people.getByRole('row', { name: /^Dana 3 1 3\.0 3 1 1 / }).waitFor()
      await page.getByText('7 days', { exact: true }).click()
      await page.waitForURL(/days=7/)
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'says to everybody else whom it is shown to',
    async () => {
      const { page } = await world.open(world.net.plane.alex, '/oversight')
      await page.getByText(/shown to those who answer for them/).waitFor()
      expect(await page.getByRole('table').count()).toBe(0)
    },
    SLOW_MS,
  )
})
