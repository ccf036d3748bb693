import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rest } from '../harness/people.ts'
import type { TestPerson } from '../harness/plane.ts'
import { canBrowse, holdDevice, NEEDS, visit } from './browser.ts'
import { type ConsoleWorld, openWorld } from './world.ts'

const SLOW_MS = 60_000

describe.skipIf(!canBrowse)(`enrolling a passkey ${NEEDS}`, () => {
  let world: ConsoleWorld
  beforeAll(async () => {
    world = await openWorld()
  }, SLOW_MS)
  afterAll(() => world?.close())

  /** A person with a new device, let in by a link of `maker`, looking at the people. */
  const enter = async (person: TestPerson, maker: TestPerson) => {
    const { plane } = world.net
    const body = maker.id === person.id ? {} : { person: person.id }
    const made = await rest(plane, maker, 'POST', '/api/v1/login-links', body)
    const visitor = await visit(world.browser, plane.gateway.baseUrl)
    await holdDevice(visitor)
    const { hash } = new URL(String(made.body.url))
    await visitor.page.goto(`/login${hash}`)
    await visitor.page.getByRole('button', { name: /one-time link/ }).click()
    await visitor.page.getByRole('link', { name: 'People' }).click()
    return visitor
  }
  const enrolAs = async (person: TestPerson, name: string) => {
    const visitor = await enter(person, world.net.plane.petra)
    const mine = visitor.page.getByRole('region', { name: 'My passkeys' })
    await mine.getByLabel('What you call the new key').fill(name)
    await mine.getByRole('button', { name: 'Enrol a passkey' }).click()
    const line = mine.getByRole('listitem').filter({ hasText: name })
    await line.getByText('pending until vouched for').waitFor()
    const code = await line.getByRole('button', { name: /copy the key/ }).innerText()
    return { ...visitor, line, code: code.trim() }
  }
  const keyNamed = async (name: string) => {
    const { passkeys } = world.net.plane.gateway.parts.store
    const keys = await passkeys.list(world.net.plane.dana.tenant)
    return keys.find((key) => key.name === name)
  }

  it(
    'makes a key that counts once somebody else typed what its person read to them',
    async () => {
      const { alex, dana } = world.net.plane
      const { line, code, noise } = await enrolAs(alex, 'blue key')
      expect(await keyNamed('blue key')).toMatchObject({ state: 'pending' })
      const { page } = await world.open(dana, '/people')
      const waiting = page.getByRole('region', { name: 'Keys that wait for a voucher' })
      await waiting.getByRole('button', { name: 'Vouch for the key of Alex' }).click()
      expect(await waiting.innerText()).not.toContain(code)
      const yes = waiting.getByRole('button', { name: /I asked/ })
      const heard = waiting.getByLabel(/eight characters Alex reads/)
      expect(await yes.isDisabled()).toBe(true)
      await heard.fill(code.startsWith('0000') ? '1111 1111' : '0000 0000')
      await waiting.getByText('That is not the key on record.', { exact: false }).waitFor()
      expect(await yes.isDisabled()).toBe(true)
      await heard.press('Enter')
      expect(await keyNamed('blue key')).toMatchObject({ state: 'pending' })
      await heard.fill(code.toUpperCase())
      await yes.click()
      await waiting.getByText('No key of anybody else waits.').waitFor()
      expect(await keyNamed('blue key')).toMatchObject({ state: 'active', vouchedBy: dana.id })
      await line.getByText('vouched for by Dana', { exact: false }).waitFor()
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'lets neither the person nor whoever let them in vouch, and ends a key for a reason',
    async () => {
      const { alex, petra } = world.net.plane
      const { page: own, line, code } = await enrolAs(alex, 'green key')
      await own.getByText('No key of anybody else waits.').waitFor()
      const { page } = await world.open(petra, '/people')
      await page.getByRole('button', { name: 'Vouch for the key of Alex' }).click()
      await page.getByLabel(/eight characters Alex reads/).fill(code)
      await page.getByRole('button', { name: /I asked/ }).click()
      await page
        .getByRole('alert')
        .getByText(/You may not vouch for this key/)
        .waitFor()
      expect(await keyNamed('green key')).toMatchObject({ state: 'pending' })
      await line.getByRole('button', { name: 'Revoke green key' }).click()
      await line.getByRole('button', { name: 'Lost' }).click()
      await line.getByText('revoked', { exact: true }).waitFor()
      expect(await keyNamed('green key')).toMatchObject({ state: 'revoked' })
    },
    SLOW_MS,
  )

  it(
    'signs in with the key alone once it counts, and not before',
    async () => {
      const { alex, dana } = world.net.plane
      const { page, context } = await enrolAs(alex, 'white key')
      const signInAgain = async () => {
        await context.clearCookies()
        await page.goto('/')
        await page.getByRole('button', { name: 'Use a passkey' }).click()
      }
      await signInAgain()
      await page.getByRole('alert').getByText('The gateway refused.').waitFor()
      const key = await keyNamed('white key')
      const path = `/api/v1/passkeys/${key?.id}/vouch`
      await rest(world.net.plane, dana, 'POST', path, { key: key?.keyDigest })
      await signInAgain()
      await page.getByRole('button', { name: /account/ }).waitFor()
      const { sessions } = world.net.plane.gateway.parts.store
      const open = await sessions.openSessions(alex.tenant, alex.id)
      expect(open[0]?.method).toBe('passkey')
    },
    SLOW_MS,
  )

  it(
    'says why a login may not enrol, and shows no way to vouch to those who may not',
    async () => {
      const { alex, ines, petra } = world.net.plane
      await enrolAs(ines, 'red key')
      const { page } = await enter(alex, alex)
      await page.getByText('This login does not prove enough', { exact: false }).waitFor()
      await page.getByText('Those who lead and platform engineers vouch for keys.').waitFor()
      expect(await page.getByRole('button', { name: /Vouch|Enrol/ }).count()).toBe(0)
      const byToken = await world.open(petra, '/people')
      await byToken.page.getByText('a token enrols no passkey', { exact: false }).waitFor()
    },
    SLOW_MS,
  )
})
