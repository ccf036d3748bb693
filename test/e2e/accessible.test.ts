import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { proposeShift } from '../harness/proposals.ts'
import { findingsOn, readyForAxe } from './axe.ts'
import { canBrowse, NEEDS, visit } from './browser.ts'
import { type ConsoleWorld, openWorld } from './world.ts'

const LOOKS = (['light', 'dark'] as const).flatMap((scheme) =>
  [390, 1440].map((width) => ({ scheme, width })),
)
const SLOW_MS = 120_000

/** Where the console can go; `:request` and `:other` stand for two that wait, `:change` for a change that does. */
const ROUTES = [
  '/',
  '/approvals',
  '/approvals/:request',
  '/approvals/group?members=:request,:other',
  '/cases',
  '/cases/INC-482',
  '/agents',
  '/tools',
  '/people',
  '/standing-plans',
  '/start',
  '/policies',
  '/policies?request=:request',
  '/changes',
  '/changes/:change',
  '/oversight',
  '/ledger',
]

/** Runs in the page: what moves, or would, for longer than a frame. */
const MOVING = `[...document.querySelectorAll('*')].flatMap((element) => {
  const { transitionDuration, animationName, animationDuration } = getComputedStyle(element)
  const longest = (text) => Math.max(...text.split(',').map((each) => Number.parseFloat(each)))
  const moves = longest(transitionDuration) > 0.02 ||
    (animationName !== 'none' && longest(animationDuration) > 0.02)
  return moves ? [element.outerHTML.slice(0, 120)] : []
})`

describe.skipIf(!canBrowse)(`accessible ${NEEDS}`, () => {
  let world: ConsoleWorld
  let request = ''
  let other = ''
  let change = ''
  beforeAll(async () => {
    world = await openWorld()
    request = (await world.ask()).id
    other = (await world.ask()).id
    const { plane } = world.net
    change = await proposeShift(plane, plane.ines, plane.alex)
  }, SLOW_MS)
  afterAll(() => world?.close())

  const routes = () =>
    ROUTES.map((route) =>
      route.replace(':request', request).replace(':other', other).replace(':change', change),
    )

  for (const look of LOOKS) {
    it(
      `has no axe finding on any route, ${look.scheme}, ${look.width} px`,
      async () => {
        const { page, noise } = await world.open(world.net.plane.dana, '/', look)
        await readyForAxe(page)
        for (const route of routes()) {
          await page.evaluate(`window.history.pushState(null, '', ${JSON.stringify(route)})`)
          await page.evaluate('window.dispatchEvent(new PopStateEvent("popstate"))')
          await page.getByRole('heading', { level: 1 }).first().waitFor()
          await page
            .getByRole('status', { name: /Loading/ })
            .first()
            .waitFor({ state: 'detached' })
          // A page that is still coming may be looked at again; one that has come has no finding.
          await expect.poll(() => findingsOn(page, route), { timeout: 10_000 }).toEqual([])
        }
        expect(noise).toEqual([])
        await page.close()
      },
      SLOW_MS,
    )
  }

  it(
    'reflows at 320 px: nothing has to be scrolled sideways',
    async () => {
      const { page } = await world.open(world.net.plane.dana, '/', {
        width: 320,
        height: 640,
      })
      for (const route of routes()) {
        await page.evaluate(`window.history.pushState(null, '', ${JSON.stringify(route)})`)
        await page.evaluate('window.dispatchEvent(new PopStateEvent("popstate"))')
        await page.getByRole('heading', { level: 1 }).first().waitFor()
        const wide = await page.evaluate('document.documentElement.scrollWidth')
        expect([route, wide]).toEqual([route, 320])
      }
    },
    SLOW_MS,
  )

  it(
    'reflows at 200 % zoom, and what decides stays in sight',
    async () => {
      // A browser zoomed to 200 % gives its page half of the window, in pixels twice as large.
      const look = { width: 720, height: 450, scale: 2 }
      const { page } = await world.open(world.net.plane.dana, '/', look)
      for (const route of routes()) {
        await page.evaluate(`window.history.pushState(null, '', ${JSON.stringify(route)})`)
        await page.evaluate('window.dispatchEvent(new PopStateEvent("popstate"))')
        await page.getByRole('heading', { level: 1 }).first().waitFor()
        const wide = await page.evaluate('document.documentElement.scrollWidth')
        expect([route, wide]).toEqual([route, 720])
      }
      await page.evaluate(`window.history.pushState(null, '', '/approvals/${request}')`)
      await page.evaluate('window.dispatchEvent(new PopStateEvent("popstate"))')
      for (const name of ['Deny', 'Approve']) {
        const button = page.getByRole('button', { name })
        await button.scrollIntoViewIfNeeded()
        await button.click({ trial: true })
      }
    },
    SLOW_MS,
  )

  it(
    'moves nothing for those who asked for less motion',
    async () => {
      const { page } = await world.open(world.net.plane.dana, `/approvals/${request}`)
      await page.getByRole('button', { name: 'Deny' }).click()
      await page.getByLabel('Or in your words').waitFor()
      await page.getByRole('button', { name: /account/ }).click()
      await page.getByRole('menuitem').first().waitFor()
      expect(await page.evaluate(MOVING)).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'leaves single keys alone once somebody turned them off',
    async () => {
      const { page } = await world.open(world.net.plane.dana, `/approvals/${request}`)
      await page.getByRole('button', { name: 'Approve' }).waitFor()
      await page.getByRole('button', { name: /account/ }).click()
      await page.getByRole('menuitem', { name: /Single-key shortcuts: on/ }).click()
      await page.keyboard.press('Escape')
      await page.keyboard.press('a')
      expect(await page.getByLabel('Why this is right').count()).toBe(0)
    },
    SLOW_MS,
  )

  it(
    'is accessible before anybody signed in, too',
    async () => {
      const { page } = await visit(world.browser, world.net.plane.gateway.baseUrl)
      await page.goto('/approvals/abc')
      await page.getByRole('heading', { name: 'Sign in to Countersign' }).waitFor()
      await readyForAxe(page)
      expect(await findingsOn(page, 'signed out')).toEqual([])
    },
    SLOW_MS,
  )
})
