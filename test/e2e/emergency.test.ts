import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { putCase } from '../../src/command/put-case.ts'
import { TENANT } from '../../src/wiring.ts'
import { run } from '../cli/terminal.ts'
import { rest } from '../harness/people.ts'
import { addPerson, putOnDuty, type TestPerson } from '../harness/plane.ts'
import { canBrowse, holdDevice, NEEDS, type Visitor, visit } from './browser.ts'
import { type ConsoleWorld, holdKeyOf, openWorld } from './world.ts'

const SLOW_MS = 60_000
const HOUR_MS = 3_600_000

describe.skipIf(!canBrowse)(`releasing in an emergency ${NEEDS}`, () => {
  let world: ConsoleWorld
  let alone: TestPerson
  beforeAll(async () => {
    world = await openWorld()
  }, SLOW_MS)
  afterAll(() => world?.close())

  /** Everybody's shift is over but one analyst's, who may sign for nothing. */
  const leaveAlone = async (name: string) => {
    const { plane } = world.net
    plane.clock.advance(13 * HOUR_MS)
    // What nobody reported since is too old to decide on.
    await putCase(plane.gateway.parts.restParts, {
      tenant: TENANT,
      by: { kind: 'system', part: 'test' },
      externalRef: 'INC-482',
      title: 'SSH brute force',
      state: 'open',
      severity: 2,
      tags: [],
      source: 'test',
    })
    alone = await addPerson(plane.gateway, name, ['analyst'])
    await putOnDuty(plane.gateway, plane.clock, alone, [])
  }
  const stateOf = async (id: string) => {
    const { plane } = world.net
    const { body } = await rest(plane, plane.dana, 'GET', `/api/v1/approvals/${id}`)
    return [body.state, body.reason_code]
  }
  const signAlone = async (page: Visitor['page']) => {
    const sign = page.getByRole('button', { name: 'Sign and release alone' })
    expect(await sign.isDisabled()).toBe(true)
    await page.getByLabel('Why it cannot wait for anybody else').fill('it spreads')
    await sign.click()
    await page.getByText('Released by you alone', { exact: true }).waitFor()
  }

  it(
    'is not offered while somebody entitled is on duty, and a link to it says who is in the way',
    async () => {
      const { id } = await world.ask()
      const { page } = await world.open(world.net.plane.alex, `/approvals/${id}`)
      await page.getByRole('button', { name: 'Deny' }).waitFor()
      expect(await page.getByRole('button', { name: /release alone/ }).count()).toBe(0)
      const linked = await world.open(world.net.plane.alex, `/approvals/${id}#emergency`)
      await linked.page.getByText(/As it stands, no: somebody entitled is on duty/).waitFor()
      await linked.page.getByLabel(/Why it cannot wait/).fill('now')
      await linked.page.getByRole('button', { name: 'Sign and release alone' }).click()
      await linked.page
        .getByRole('alert')
        .getByText(/somebody_reachable/)
        .waitFor()
      expect((await stateOf(id))[0]).toBe('pending')
    },
    SLOW_MS,
  )

  it(
    'is signed with the passkey of whoever is there, who reads first what follows from it',
    async () => {
      await leaveAlone('Nora')
      const { id } = await world.ask()
      const { page, noise } = await world.open(alone, `/approvals/${id}`)
      await page.getByRole('button', { name: /release alone/ }).click()
      await page.getByText(/two people look at it within a day/).waitFor()
      await signAlone(page)
      expect(await stateOf(id)).toEqual(['approved', 'emergency'])
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'begins on the command line and ends behind the link it prints, which logs in once',
    async () => {
      await leaveAlone('Omar')
      const { id } = await world.ask()
      const { baseUrl } = world.net.plane.gateway
      const visitor = await visit(world.browser, baseUrl)
      const heard = Promise.withResolvers<string>()
      const followed = (async () => {
        const link = await heard.promise
        await holdKeyOf(visitor, alone)
        await visitor.page.goto(link)
        await visitor.page.getByRole('button', { name: /one-time link/ }).click()
        await signAlone(visitor.page)
      })()
      const hears = (line: string) => {
        const [link] = /http\S+\/login\?\S+/.exec(line) ?? []
        if (link !== undefined) heard.resolve(link)
      }
      const asker = { url: baseUrl, token: alone.token, hears }
      const args = ['approval', 'emergency-release', id, '--reason', 'nobody answers']
      const [ran] = await Promise.all([run(asker, ...args), followed])
      expect(ran).toMatchObject({ code: 0, out: 'Released in the console.\n' })
      expect(await stateOf(id)).toEqual(['approved', 'emergency'])
    },
    SLOW_MS,
  )

  it(
    'leads nowhere else from a link that somebody bent',
    async () => {
      const { alex, gateway } = world.net.plane
      const { body } = await rest(world.net.plane, alex, 'POST', '/api/v1/login-links', {})
      const { hash } = new URL(String(body.url))
      const visitor = await visit(world.browser, gateway.baseUrl)
      await holdDevice(visitor)
      await visitor.page.goto(`/login?to=//evil.example/approvals/x${hash}`)
      await visitor.page.getByRole('button', { name: /one-time link/ }).click()
      await visitor.page.waitForURL(`${gateway.baseUrl}/`)
    },
    SLOW_MS,
  )
})
