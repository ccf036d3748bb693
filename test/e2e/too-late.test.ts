import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rest } from '../harness/people.ts'
import { canBrowse, NEEDS, type Page } from './browser.ts'
import { type ConsoleWorld, openWorld } from './world.ts'

const SLOW_MS = 60_000
const LIFETIME_MS = 16 * 60_000

describe.skipIf(!canBrowse)(`deciding too late ${NEEDS}`, () => {
  let world: ConsoleWorld
  beforeAll(async () => {
    world = await openWorld()
  }, SLOW_MS)
  afterAll(() => world?.close())

  const stateOf = async (id: string) => {
    const { plane } = world.net
    const { body } = await rest(plane, plane.dana, 'GET', `/api/v1/approvals/${id}`)
    return body.state
  }
  /** Up to the signature, which somebody else's deed is to come before. */
  const readyToSign = async (page: Page) => {
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByLabel('Why this is right').fill('the scanner is hostile')
    await page.getByLabel(/I have read what it may set off/).check()
    const sign = page.getByRole('button', { name: 'Sign with passkey' })
    await expect.poll(() => sign.isEnabled()).toBe(true)
    return sign
  }
  const closedAs = (page: Page, state: string) =>
    page.getByRole('region', { name: 'Decided', exact: true }).getByText(state).first().waitFor()

  it(
    'lets one of two who press at once decide, and shows both the same end',
    async () => {
      const { id, target } = await world.ask()
      const { dana } = world.net.plane
      const [one, two] = await Promise.all([
        world.open(dana, `/approvals/${id}`),
        world.open(dana, `/approvals/${id}`),
      ])
      await two.page.getByRole('button', { name: 'Deny' }).click()
      const sign = await readyToSign(one.page)
      // Held as it stands: a search for it would wait for ever where the yes was first and took it away.
      const no = await two.page.getByRole('button', { name: 'Wrong target' }).elementHandle()
      await Promise.all([sign.click(), no?.dispatchEvent('click')])
      await Promise.all(
        [one.page, two.page].map((page) =>
          page.getByRole('region', { name: 'Decided', exact: true }).waitFor(),
        ),
      )
      const state = String(await stateOf(id))
      expect(['approved', 'denied']).toContain(state)
      await Promise.all([one.page, two.page].map((page) => closedAs(page, state)))
      expect(world.net.ran(target)).toBe(0)
    },
    SLOW_MS,
  )

  it(
    'refuses a yes after the time is over, and says that nothing is done',
    async () => {
      const { id, target } = await world.ask()
      const { plane } = world.net
      const { page } = await world.open(plane.dana, `/approvals/${id}`)
      const sign = await readyToSign(page)
      plane.clock.advance(LIFETIME_MS)
      await sign.click()
      await closedAs(page, 'expired')
      expect(await page.getByRole('button', { name: /Approve|Sign/ }).count()).toBe(0)
      expect([await stateOf(id), world.net.ran(target)]).toEqual(['expired', 0])
    },
    SLOW_MS,
  )

  it(
    'takes the question away under the eyes of its reader when a stop is pressed',
    async () => {
      const { id, target } = await world.ask()
      const { plane } = world.net
      const { page } = await world.open(plane.dana, `/approvals/${id}`)
      await readyToSign(page)
      const stop = { scope: 'writes', reason: 'something is wrong' }
      const pressed = await rest(plane, plane.ines, 'POST', '/api/v1/stops', stop)
      expect(pressed.status).toBe(201)
      await closedAs(page, 'cancelled')
      expect(await stateOf(id)).toBe('cancelled')
      expect(world.net.ran(target)).toBe(0)
    },
    SLOW_MS,
  )
})
