import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rest } from '../harness/people.ts'
import { proposeShift } from '../harness/proposals.ts'
import { canBrowse, NEEDS } from './browser.ts'
import { type ConsoleWorld, openWorld } from './world.ts'

const SLOW_MS = 60_000

describe.skipIf(!canBrowse)(`the second yes to a change ${NEEDS}`, () => {
  let world: ConsoleWorld
  beforeAll(async () => {
    world = await openWorld()
  }, SLOW_MS)
  afterAll(() => world?.close())

  const stateOf = async (id: string) => {
    const { plane } = world.net
    return (await rest(plane, plane.dana, 'GET', `/api/v1/changes/${id}`)).body.state
  }

  it(
    'is found in the list, read, and signed with a passkey; then it is made',
    async () => {
      const { plane } = world.net
      const id = await proposeShift(plane, plane.dana, plane.alex)
      const { page, noise } = await world.open(plane.ines, '/changes')
      await page.getByRole('link', { name: /put somebody on the rota/ }).click()
      await page.getByRole('heading', { name: 'Dana wants to put somebody on the rota' }).waitFor()
      await page
        .getByRole('region', { name: 'Why' })
        .getByText(/takes over nights/)
        .waitFor()
      await page
        .getByRole('group', { name: 'Change', exact: true })
        .getByText('"analyst"')
        .waitFor()
      const before = await rest(plane, plane.ines, 'GET', '/api/v1/roster?at_ms=1900000000001')
      expect(before.body.shifts).toEqual([])
      await page.getByRole('button', { name: 'Confirm with passkey' }).click()
      await page.getByText('confirmed', { exact: true }).waitFor()
      expect(await stateOf(id)).toBe('confirmed')
      const after = await rest(plane, plane.ines, 'GET', '/api/v1/roster?at_ms=1900000000001')
      expect(after.body.shifts).toHaveLength(1)
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'is refused with a reason, and nothing is made',
    async () => {
      const { plane } = world.net
      const id = await proposeShift(plane, plane.dana, plane.alex)
      const { page } = await world.open(plane.ines, `/changes/${id}`)
      await page.getByRole('button', { name: 'Refuse' }).click()
      expect(await page.getByRole('button', { name: 'Refuse' }).isDisabled()).toBe(true)
      await page.getByLabel('Why not').fill('she is on leave')
      await page.getByRole('button', { name: 'Refuse' }).click()
      await page.getByText('refused', { exact: true }).waitFor()
      expect(await stateOf(id)).toBe('rejected')
    },
    SLOW_MS,
  )

  it(
    'is offered to nobody who is not the second person, and each is told why',
    async () => {
      const { plane } = world.net
      const id = await proposeShift(plane, plane.dana, plane.ines)
      const says = [
        [plane.dana, /You proposed it/],
        [plane.ines, /It is about you/],
        [plane.alex, /Your roles do not make this change/],
      ] as const
      for (const [person, text] of says) {
        const { page } = await world.open(person, `/changes/${id}`)
        await page.getByText(text).waitFor()
        expect(await page.getByRole('button', { name: 'Confirm with passkey' }).count()).toBe(0)
        await page.close()
      }
      expect(await stateOf(id)).toBe('proposed')
    },
    SLOW_MS,
  )

  it(
    'signs nothing when what is shown is not what the digest says',
    async () => {
      const { plane } = world.net
      const id = await proposeShift(plane, plane.dana, plane.alex)
      const { page } = await world.open(plane.ines, '/')
      await page.route(`**/api/v1/changes/${id}`, async (route) => {
        const answer = await route.fetch()
        const body = (await answer.json()) as { content: object }
        await route.fulfill({ json: { ...body, content: { ...body.content, role: 'auditor' } } })
      })
      await page.evaluate(`window.history.pushState(null, '', '/changes/${id}')`)
      await page.evaluate('window.dispatchEvent(new PopStateEvent("popstate"))')
      await page.getByText(/does not have the digest/).waitFor()
      expect(await page.getByRole('button', { name: 'Confirm with passkey' }).isDisabled()).toBe(
        true,
      )
    },
    SLOW_MS,
  )

  it(
    'shows what a proposer wrote as text, whatever it is',
    async () => {
      const { plane } = world.net
      const hostile = '<img src=x onerror=alert(1)> [ok](javascript:alert(1)) \u202eevil'
      const id = await proposeShift(plane, plane.dana, plane.alex, hostile)
      const { page, noise } = await world.open(plane.ines, `/changes/${id}`)
      const why = page.getByRole('region', { name: 'Why' })
      await why.getByText('<img src=x onerror=alert(1)>', { exact: false }).waitFor()
      await why.getByText('U+202E').waitFor()
      expect(await why.locator('img, a').count()).toBe(0)
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )
})
