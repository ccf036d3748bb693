import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decide, rest } from '../harness/people.ts'
import { canBrowse, NEEDS, type Visitor } from './browser.ts'
import { type ConsoleWorld, openWorld } from './world.ts'

const SLOW_MS = 60_000
/** The form can be sent. A locator, because a predicate is looked at again by eval, which the CSP forbids. */
const READY = '[type=submit]:not([disabled])'

describe.skipIf(!canBrowse)(`deciding ${NEEDS}`, () => {
  let world: ConsoleWorld
  beforeAll(async () => {
    world = await openWorld()
  }, SLOW_MS)
  afterAll(() => world?.close())

  const stateOf = async (id: string) => {
    const { plane } = world.net
    return (await rest(plane, plane.dana, 'GET', `/api/v1/approvals/${id}`)).body.state
  }
  const settled = (page: Visitor['page'], text: string) =>
    page.getByText(text, { exact: true }).waitFor()

  it(
    'shows in one sentence what is asked, why it stopped, why you, and the clock',
    async () => {
      const { id, target } = await world.ask()
      const { page, noise } = await world.open(world.net.plane.dana, `/approvals/${id}`)
      const sentence = await page.getByRole('heading', { level: 1, name: /wants to/ }).innerText()
      expect(sentence).toMatch(/^agent-\d+ wants to block address /)
      expect(sentence).toContain(target)
      expect(sentence).toContain('for case INC-482 (severity 2)')
      await page
        .getByRole('region', { name: 'Why it stopped' })
        .getByText('base-contain', { exact: true })
        .waitFor()
      await page.getByRole('region', { name: 'Why you' }).getByText('shift lead').waitFor()
      await page
        .getByRole('timer')
        .getByText(/^1[34]:\d\d$/)
        .waitFor()
      await settled(page, 'computed here from what you see')
      expect(await page.evaluate('document.activeElement.tagName')).toBe('BODY')
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'approves by mouse once there is a reason and the consequences are acknowledged',
    async () => {
      const { id } = await world.ask()
      const { page, noise } = await world.open(world.net.plane.dana, `/approvals/${id}`)
      await page.getByRole('button', { name: 'Approve' }).click()
      const yes = page.getByRole('button', { name: 'Sign with passkey' })
      expect(await yes.isDisabled()).toBe(true)
      await page.getByLabel('Why this is right').fill('the scanner is hostile')
      expect(await yes.isDisabled()).toBe(true)
      await page.getByLabel(/I have read what it may set off/).check()
      await yes.click()
      await page.getByText('The call may run once').waitFor()
      expect(await stateOf(id)).toBe('approved')
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'approves by keyboard alone, and Enter by itself sends nothing',
    async () => {
      const { id } = await world.ask()
      const { page } = await world.open(world.net.plane.dana, `/approvals/${id}`)
      await settled(page, 'computed here from what you see')
      await page.keyboard.press('a')
      await page.keyboard.type('seen in the firewall log')
      await page.keyboard.press('Enter')
      expect(await stateOf(id)).toBe('pending')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Space')
      await page.locator(READY).waitFor()
      await page.keyboard.press('Control+Enter')
      await page.getByText('The call may run once').waitFor()
      expect(await stateOf(id)).toBe('approved')
    },
    SLOW_MS,
  )

  it(
    'denies at phone width with one press of a usual reason',
    async () => {
      const { id } = await world.ask()
      const look = { width: 390, height: 844 }
      const { page } = await world.open(world.net.plane.dana, `/approvals/${id}`, look)
      const deny = page.getByRole('button', { name: 'Deny' })
      expect((await deny.boundingBox())?.height).toBeGreaterThanOrEqual(44)
      expect((await deny.boundingBox())?.y).toBeLessThan(844 - 60)
      await deny.click()
      await page.getByRole('button', { name: 'Wrong target' }).click()
      await page.getByText('The agent is told your reason.').waitFor()
      expect(await stateOf(id)).toBe('denied')
    },
    SLOW_MS,
  )

  it(
    'tells the wrong person which test fails, and their yes releases nothing',
    async () => {
      const { id } = await world.ask()
      const { page } = await world.open(world.net.plane.alex, `/approvals/${id}`)
      await page.getByText(/You do not hold the role/).waitFor()
      await page.getByRole('button', { name: 'Advise yes' }).click()
      await page.getByLabel('Why you advise it').fill('looks right to me')
      await page.getByLabel(/I have read/).check()
      await page.getByRole('button', { name: 'Record advice' }).click()
      await page.getByText('Nothing was released.').waitFor()
      expect(await stateOf(id)).toBe('pending')
    },
    SLOW_MS,
  )

  it(
    'shows one approver at once what the other decided',
    async () => {
      const { id } = await world.ask()
      const { dana } = world.net.plane
      const [one, two] = await Promise.all([
        world.open(dana, `/approvals/${id}`),
        world.open(world.net.plane.ines, `/approvals/${id}`),
      ])
      await two.page.getByRole('button', { name: 'Deny' }).waitFor()
      await one.page.getByRole('button', { name: 'Deny' }).click()
      await one.page.getByRole('button', { name: 'Not now' }).click()
      await two.page
        .getByRole('region', { name: 'Decided', exact: true })
        .getByText('denied')
        .waitFor()
      expect(await two.page.getByRole('button', { name: 'Deny' }).count()).toBe(0)
    },
    SLOW_MS,
  )

  it('turns approving off while the connection is cut, says so, and goes on when it is back', async () => {
    const { id } = await world.ask()
    const other = await world.ask()
    const { dana } = world.net.plane
    const { page, context } = await world.open(dana, `/approvals/${id}`)
    await page.getByRole('button', { name: 'Approve' }).click()
    await page.getByLabel('Why this is right').fill('hostile')
    await page.getByLabel(/I have read/).check()
    const yes = page.getByRole('button', { name: 'Sign with passkey' })
    await page.locator(READY).waitFor()
    await context.setOffline(true)
    await page.getByText(/Connection lost/).waitFor({ timeout: 40_000 })
    await page.getByText('The connection is down: what you see may be old.').waitFor()
    expect(await yes.isDisabled()).toBe(true)
    await decide(world.net.plane, dana, 'deny', other.id, 'decided elsewhere')
    await context.setOffline(false)
    await page.getByText(/Connection lost/).waitFor({ state: 'detached', timeout: 40_000 })
    await page.locator(READY).waitFor()
    await page
      .getByRole('link', { name: new RegExp(`${id.slice(0, 1)}|block`, 'i') })
      .first()
      .waitFor()
  }, 100_000)
})
