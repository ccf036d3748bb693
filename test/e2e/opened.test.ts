import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { held } from '../harness/net-plane.ts'
import { approveAsOwner } from '../harness/people.ts'
import { proposeShift } from '../harness/proposals.ts'
import { findingsOn, readyForAxe } from './axe.ts'
import { canBrowse, NEEDS, type Page } from './browser.ts'
import { type ConsoleWorld, openWorld } from './world.ts'

const SLOW_MS = 180_000
/** Each scheme and each width once; every view has been seen in all four before it was opened. */
const LOOKS = [
  { scheme: 'light', width: 390 },
  { scheme: 'dark', width: 1440 },
] as const

/** Presses in the page, a few of each list: what one press opens may bring more of the same. */
const PRESS_SOME = `for (const kind of ['details:not([open]) > summary', 'button[aria-expanded="false"]'])
  for (const closed of [...document.querySelectorAll('main ' + kind)].slice(0, 2)) closed.click()`

/** What opens in the view, and what opens inside it. */
async function openSome(page: Page): Promise<void> {
  for (let depth = 0; depth < 3; depth++) {
    await page.evaluate(PRESS_SOME)
    await hasCome(page)
  }
}

async function hasCome(page: Page): Promise<void> {
  const coming = page.getByRole('status', { name: /Loading/ })
  await coming.first().waitFor({ state: 'detached' })
}

describe.skipIf(!canBrowse)(`accessible once opened ${NEEDS}`, () => {
  let world: ConsoleWorld
  const ids = { request: '', change: '' }
  beforeAll(async () => {
    world = await openWorld()
    const { plane } = world.net
    const agent = await world.net.newAgent()
    const target = world.net.address()
    const alert = { id: 1, rule: { name: 'SSH brute force' }, source_ip: target }
    await agent.call('net__look', { target, says: JSON.stringify([alert]) })
    await approveAsOwner(plane, plane.dana, await held(agent, target))
    await agent.call('net__block', { target })
    ids.request = (await world.ask()).id
    ids.change = await proposeShift(plane, plane.ines, plane.alex)
  }, SLOW_MS)
  afterAll(() => world?.close())

  /** What is open is looked at in every look: nothing has to be opened again. */
  const expectNone = async (page: Page, what: string, part?: string) => {
    for (const { scheme, width } of LOOKS) {
      await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
      await page.setViewportSize({ width, height: 900 })
      // Colours and widths that still change may be looked at again.
      await expect
        .poll(() => findingsOn(page, `${what}, ${scheme}, ${width} px`, part), { timeout: 10_000 })
        .toEqual([])
    }
  }
  const goTo = async (page: Page, path: string) => {
    await page.setViewportSize({ width: 1440, height: 900 })
    await page.evaluate(`window.history.pushState(null, '', ${JSON.stringify(path)})`)
    await page.evaluate('window.dispatchEvent(new PopStateEvent("popstate"))')
    await page.getByRole('heading', { level: 1 }).first().waitFor()
    await hasCome(page)
  }

  it(
    'has no axe finding in opened rows, evidence and forms',
    async () => {
      const { page, noise } = await world.open(world.net.plane.petra, '/')
      await readyForAxe(page)
      const views = ['/', '/cases/INC-482', '/agents', '/tools', '/people', '/policies']
      for (const path of [...views, `/changes/${ids.change}`]) {
        await goTo(page, path)
        await openSome(page)
        await expectNone(page, path, 'main')
      }
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'has no axe finding in the forms of a decision',
    async () => {
      const { page, noise } = await world.open(world.net.plane.dana, `/approvals/${ids.request}`)
      await readyForAxe(page)
      for (const [verb, field] of [
        ['Approve', 'Why this is right'],
        ['Deny', 'Or in your words'],
        ['Ask', 'Ask the agent'],
      ] as const) {
        await page.getByRole('button', { name: verb, exact: true }).click()
        await page.getByLabel(field).waitFor()
        await openSome(page)
        await expectNone(page, verb, 'main')
        await goTo(page, '/approvals')
        // Its own heading may be that of the view before; what was open goes with that view.
        await page.getByLabel(field).waitFor({ state: 'detached' })
        await goTo(page, `/approvals/${ids.request}`)
      }
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'has no axe finding in what floats above the page',
    async () => {
      const { page, noise } = await world.open(world.net.plane.dana, '/')
      await readyForAxe(page)
      const close = () => page.keyboard.press('Escape')
      await page.getByRole('button', { name: 'Stop' }).click()
      await page.getByRole('dialog', { name: 'Stop agents' }).waitFor()
      await expectNone(page, 'the stop')
      await close()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await page.setViewportSize({ width: 1440, height: 900 })
      await page.getByRole('button', { name: /account/ }).click()
      await page.getByRole('menuitem').first().waitFor()
      await expectNone(page, 'the account')
      await close()
      await page.getByRole('menu').waitFor({ state: 'detached' })
      await page.setViewportSize({ width: 390, height: 844 })
      await page.getByRole('button', { name: 'More' }).click()
      await page.getByRole('menuitem', { name: 'Ledger' }).waitFor()
      await expectNone(page, 'more places')
      await close()
      await page.setViewportSize({ width: 1440, height: 900 })
      await page.keyboard.press('Control+k')
      await page.getByRole('dialog').getByRole('textbox').waitFor()
      await expectNone(page, 'the palette')
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )
})
