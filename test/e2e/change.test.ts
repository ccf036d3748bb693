import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { held } from '../harness/net-plane.ts'
import { approveAsOwner, rest } from '../harness/people.ts'
import { canBrowse, NEEDS, type Page } from './browser.ts'
import { type ConsoleWorld, openWorld } from './world.ts'

const SLOW_MS = 60_000

describe.skipIf(!canBrowse)(`changing what is asked ${NEEDS}`, () => {
  let world: ConsoleWorld
  beforeAll(async () => {
    world = await openWorld()
  }, SLOW_MS)
  afterAll(() => world?.close())

  const stateOf = async (id: string) => {
    const { plane } = world.net
    return (await rest(plane, plane.dana, 'GET', `/api/v1/approvals/${id}`)).body
  }
  const openMore = async (page: Page, verb: string) => {
    await page.getByText('Other answers').click()
    await page.getByRole('button', { name: verb }).click()
  }
  const against = (page: Page, title: string) => page.getByRole('region', { name: title })

  it(
    'closes the request with other values, and shows the difference once the agent asked again',
    async () => {
      const { net } = world
      const agent = await net.newAgent()
      const [target, wanted] = [net.address(), net.address()]
      const id = await held(agent, target)
      const { page, noise } = await world.open(net.plane.dana, `/approvals/${id}`)
      await openMore(page, 'Change it')
      const again = page.getByRole('button', { name: 'Have it asked again so' })
      await page.getByLabel('Why so').fill('the scanner is the other one')
      expect(await again.isDisabled()).toBe(true)
      await page.getByLabel('target').fill(wanted)
      await page.getByText(`the agent asked for ${target}`).waitFor()
      await again.click()
      await page.getByRole('region', { name: 'Decided' }).getByText('modified').waitFor()
      expect(await stateOf(id)).toMatchObject({ state: 'cancelled', reason_code: 'modified' })
      const next = await held(agent, wanted)
      await page.getByRole('link', { name: 'It was asked again' }).click()
      await page.waitForURL(`**/approvals/${next}`)
      const row = against(page, 'Against the agent’s first proposal').getByRole('row').last()
      expect(await row.innerText()).toMatch(new RegExp(`target\\s+"${target}"\\s+"${wanted}"`))
      await page.getByRole('button', { name: 'Advise yes' }).waitFor()
      expect(net.ran(target) + net.ran(wanted)).toBe(0)
      expect(noise).toEqual([])
      await agent.close()
    },
    SLOW_MS,
  )

  it(
    'compares with the last act like it that somebody approved',
    async () => {
      const { net } = world
      const before = await world.ask()
      await approveAsOwner(net.plane, net.plane.dana, before.id)
      const { id, target } = await world.ask()
      const { page } = await world.open(net.plane.dana, `/approvals/${id}`)
      const row = against(page, 'Against the last like it that was approved')
        .getByRole('row')
        .last()
      expect(await row.innerText()).toMatch(new RegExp(`"${before.target}"\\s+"${target}"`))
      expect(await against(page, 'Against the agent’s first proposal').count()).toBe(0)
    },
    SLOW_MS,
  )

  it(
    'escalates to the next role with a reason, and releases nothing',
    async () => {
      const { id, target } = await world.ask()
      const { page } = await world.open(world.net.plane.dana, `/approvals/${id}`)
      await openMore(page, 'Escalate')
      await page.getByLabel('Why the next role has to answer').fill('too big for me')
      await page.getByRole('button', { name: 'Escalate' }).click()
      await page.getByText('The next role has to answer now').waitFor()
      const asked = await stateOf(id)
      expect(asked).toMatchObject({ state: 'pending', accountable: 'incident-commander' })
      expect(world.net.ran(target)).toBe(0)
    },
    SLOW_MS,
  )

  it(
    'cancels what nobody needs any more, and the agent is told why',
    async () => {
      const { id } = await world.ask()
      const { page } = await world.open(world.net.plane.alex, `/approvals/${id}`)
      await page.getByText('Other answers').click()
      expect(await page.getByRole('button', { name: 'Change it' }).count()).toBe(0)
      await page.getByRole('button', { name: 'Cancel it' }).click()
      const send = page.getByRole('button', { name: 'Cancel the request' })
      expect(await send.isDisabled()).toBe(true)
      await page.getByLabel('Why nobody has to decide').fill('the case is closed')
      await send.click()
      await page.getByText('The request is closed.').waitFor()
      expect(await stateOf(id)).toMatchObject({ state: 'cancelled', reason_code: 'withdrawn' })
    },
    SLOW_MS,
  )
})
