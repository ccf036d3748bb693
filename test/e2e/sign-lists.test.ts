import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { run } from '../cli/terminal.ts'
import { rest } from '../harness/people.ts'
import { canBrowse, NEEDS, visit } from './browser.ts'
import { type ConsoleWorld, holdKeyOf, openWorld } from './world.ts'

const SLOW_MS = 60_000

describe.skipIf(!canBrowse)(`signing what is more than one call ${NEEDS}`, () => {
  let world: ConsoleWorld
  beforeAll(async () => {
    world = await openWorld()
  }, SLOW_MS)
  afterAll(() => world?.close())

  const stateOf = async (id: string) => {
    const { plane } = world.net
    return (await rest(plane, plane.dana, 'GET', `/api/v1/approvals/${id}`)).body.state
  }
  /** Runs the command line without a key, and follows the link it prints in a browser that has one. */
  const signedByLink = async (
    args: readonly string[],
    sign: (page: Awaited<ReturnType<typeof visit>>['page']) => Promise<void>,
  ) => {
    const { dana, gateway } = world.net.plane
    const heard = Promise.withResolvers<string>()
    const hears = (line: string) => {
      const [link] = /http\S+\/login\?\S+/.exec(line) ?? []
      if (link !== undefined) heard.resolve(link)
    }
    const followed = heard.promise.then(async (link) => {
      const visitor = await visit(world.browser, gateway.baseUrl)
      await holdKeyOf(visitor, dana)
      await visitor.page.goto(link)
      await visitor.page.getByRole('button', { name: /one-time link/ }).click()
      await sign(visitor.page)
      expect(visitor.noise).toEqual([])
    })
    const asker = { url: gateway.baseUrl, token: dana.token, hears }
    const [ran] = await Promise.all([run(asker, ...args), followed])
    return ran
  }

  it(
    'finds requests like the one that is open, and one signature decides all of them',
    async () => {
      const [one, two] = [await world.ask(), await world.ask()]
      const { page, noise } = await world.open(world.net.plane.dana, `/approvals/${one.id}`)
      await page.getByRole('link', { name: /more like it/ }).click()
      for (const { target } of [one, two])
        await page.getByRole('region', { name: 'Decided together' }).getByText(target).waitFor()
      const yes = page.getByRole('button', { name: /^Sign all 2/ })
      expect(await yes.isDisabled()).toBe(true)
      await page.getByLabel('One reason for all of them').fill('one campaign')
      expect(await yes.isDisabled()).toBe(true)
      await page.getByLabel(/I have read what each/).check()
      await yes.click()
      await page.getByText(/All 2 were decided/).waitFor()
      expect([await stateOf(one.id), await stateOf(two.id)]).toEqual(['approved', 'approved'])
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'signs a group that the command line put together, and releases nothing that was left out',
    async () => {
      const [one, two, left] = [await world.ask(), await world.ask(), await world.ask()]
      const args = ['--exclude', left.id, '--yes', '--reason', 'one campaign']
      const ran = await signedByLink(
        ['approval', 'group', 'approve', one.id, two.id, ...args],
        async (page) => {
          const out = page.getByRole('region', { name: 'Left out on purpose' })
          await out.getByText(left.target).waitFor()
          await page.getByLabel('One reason for all of them').fill('one campaign')
          await page.getByLabel(/I have read what each/).check()
          await page.getByRole('button', { name: /^Sign all 2/ }).click()
        },
      )
      expect(ran).toMatchObject({ code: 0, out: 'Approved in the console, all of them.\n' })
      expect(await Promise.all([one, two, left].map(({ id }) => stateOf(id)))).toEqual([
        'approved',
        'approved',
        'pending',
      ])
    },
    SLOW_MS,
  )

  it(
    'signs a standing plan behind its link, lists it, and ends it with a reason',
    async () => {
      const agent = await world.net.newAgent()
      const file = join(mkdtempSync(join(tmpdir(), 'countersign-standing-')), 'plan.json')
      const proposal = {
        action: 'deny:ipv4_net',
        targets: [{ kind: 'cidr', net: '203.0.113.0/28' }],
        environments: ['production'],
        agents: [agent.agent.id],
        cap: 5,
        window_seconds: 3600,
        sample_percent: 20,
        lifetime_seconds: 86_400,
      }
      writeFileSync(file, JSON.stringify(proposal))
      const ran = await signedByLink(['plan', 'standing', 'sign', file, '--yes'], async (page) => {
        expect(await page.getByLabel('The proposal').inputValue()).toContain('203.0.113.0/28')
        await page.getByRole('button', { name: 'Sign with passkey' }).click()
        const listed = page.getByRole('region', { name: 'In force' })
        await listed.getByText(/at most 5 targets in 1 h/).waitFor()
      })
      expect([ran.code, ran.err, ran.out]).toEqual([
        0,
        expect.stringContaining('/standing-plans?plan='),
        expect.stringContaining('It is in force'),
      ])
      const { dana, gateway } = world.net.plane
      const { page } = await world.open(dana, '/standing-plans')
      await page.getByRole('button', { name: 'Revoke' }).click()
      await page.getByLabel('Why it ends').fill('the campaign is over')
      await page.getByRole('button', { name: 'Revoke' }).click()
      await page.getByText('Nothing is pre-approved.', { exact: false }).waitFor()
      const asker = { url: gateway.baseUrl, token: dana.token }
      const all = await run(asker, 'plan', 'standing', 'list', '--all')
      expect(all.out).toMatch(/^revoked +deny:ipv4_net +production +5 in 1 h +20% +Dana/m)
    },
    SLOW_MS,
  )
})
