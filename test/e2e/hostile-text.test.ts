import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { putCase } from '../../src/command/put-case.ts'
import { TENANT } from '../../src/wiring.ts'
import { canBrowse, NEEDS, visit } from './browser.ts'
import { type ConsoleWorld, openWorld } from './world.ts'

const SLOW_MS = 90_000
const MARKUP = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
const BIDI = 'invoice\u202egpj.exe'
const LOOK_ALIKE = 'p\u0430ypal' // the second letter is Cyrillic

describe.skipIf(!canBrowse)(`text of strangers ${NEEDS}`, () => {
  let world: ConsoleWorld
  beforeAll(async () => {
    world = await openWorld()
    await putCase(world.net.plane.gateway.parts.restParts, {
      tenant: TENANT,
      by: { kind: 'system', part: 'test' },
      externalRef: 'INC-666',
      title: `${LOOK_ALIKE} ${MARKUP} [click](https://evil.example) ${'A'.repeat(330)}`,
      state: 'open',
      severity: 1,
      tags: [],
      source: 'test',
    })
  }, SLOW_MS)
  afterAll(() => world?.close())

  it(
    'is text: no markup, no link, and letters that look alike are named',
    async () => {
      const { page, noise } = await world.open(world.net.plane.dana, '/cases')
      const row = page.getByRole('link', { name: /INC-666/ })
      await row.waitFor()
      expect(await row.innerText()).toContain('<img src=x')
      expect(await page.locator('main img, main script').count()).toBe(0)
      expect((await row.boundingBox())?.height).toBeLessThan(160)
      await row.click()
      const title = page.getByRole('heading', { level: 1 })
      await page.getByRole('button', { name: /more characters/ }).waitFor()
      await page.getByRole('button', { name: /more characters/ }).click()
      expect(await title.innerText()).toContain('not Latin: \u0430 U+0430')
      expect(await page.getByRole('link', { name: 'click' }).count()).toBe(0)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1440)
      expect(await page.title()).toBe('Countersign')
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'changes neither layout nor meaning with a megabyte of arguments, and is not what the digest signs',
    async () => {
      const { id } = await world.ask()
      const { page, noise } = await world.open(world.net.plane.dana, '/cases')
      await page.route(`**/api/v1/approvals/${id}`, async (route) => {
        const answer = await route.fetch()
        const body = await answer.json()
        body.package.value.arguments = {
          [MARKUP]: `${BIDI}${'A'.repeat(1_000_000)}`,
          '__proto__\u0000': LOOK_ALIKE,
        }
        await route.fulfill({ response: answer, json: body })
      })
      await page.evaluate(`window.history.pushState(null, '', '/approvals/${id}')`)
      await page.evaluate('window.dispatchEvent(new PopStateEvent("popstate"))')
      await page.getByRole('heading', { level: 1, name: /wants to block address/ }).waitFor()
      const call = page.getByRole('region', { name: 'Exactly this call' })
      await call.getByText('U+202E').first().waitFor()
      expect(await page.locator('main img, main script').count()).toBe(0)
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1440)
      expect((await call.boundingBox())?.height).toBeLessThan(900)
      await page.getByText('not what is shown').waitFor()
      await page.getByRole('button', { name: 'Approve' }).click()
      await page.getByText('What is shown is not what the digest would sign.').waitFor()
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'is text in the alerts of a case too, which are grouped, counted and opened one by one',
    async () => {
      const { plane, newAgent, address } = world.net
      const agent = await newAgent('investigate')
      const target = address()
      const alert = (id: number) => ({
        ...{ id, rule: { name: `${MARKUP} ${BIDI}` }, host: LOOK_ALIKE, source_ip: target },
        time: `2026-03-01T10:0${id}:00Z`,
      })
      const says = JSON.stringify({ alerts: [1, 2, 3].map(alert) })
      for (let reads = 0; reads < 2; reads++) await agent.call('net__look', { target, says })
      await agent.close()
      const { page, noise } = await world.open(plane.dana, '/cases/INC-482')
      await page.getByText('Alerts', { exact: true }).click()
      await page.getByText('3 alerts in 1 group,').waitFor()
      const group = page.getByText('3 ×')
      await group.click()
      await page.getByText('The times are what the alerts say.').waitFor()
      const members = page.getByRole('list', { name: 'Alerts' }).getByRole('listitem')
      expect(await members.count()).toBe(3)
      await page.getByText('U+202E').first().waitFor()
      await page.getByText('not Latin: \u0430 U+0430').first().waitFor()
      await members
        .first()
        .getByRole('button', { name: /the whole result/ })
        .click()
      await page.getByRole('group', { name: 'Recorded result' }).waitFor()
      expect(await page.locator('main img, main script').count()).toBe(0)
      expect(await page.title()).toBe('Countersign')
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(1440)
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'runs no inline script and evaluates no text, whoever puts it there',
    async () => {
      const { page, noise } = await visit(world.browser, world.net.plane.gateway.baseUrl)
      await page.goto('/')
      await page.getByRole('heading', { name: 'Sign in to Countersign' }).waitFor()
      await page.evaluate(`{
        const inline = document.createElement('script')
        inline.textContent = 'window.ranInline = true'
        document.body.append(inline)
        document.body.insertAdjacentHTML('beforeend', '<img src="x" onerror="window.ranHandler = true">')
        const foreign = document.createElement('script')
        foreign.src = 'https://evil.example/x.js'
        document.body.append(foreign)
      }`)
      await expect
        .poll(() => noise.filter((line) => /Content Security Policy/.test(line)).length)
        .toBeGreaterThanOrEqual(3)
      expect(await page.evaluate('[window.ranInline, window.ranHandler].join()')).toBe(',')
    },
    SLOW_MS,
  )
})
