import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { rest } from '../harness/people.ts'
import { addPerson } from '../harness/plane.ts'
import { canBrowse, holdDevice, NEEDS, visit } from './browser.ts'
import { type ConsoleWorld, openWorld } from './world.ts'

const SLOW_MS = 60_000
const PRACTICE = '/start?root=/opt/countersign&key=/opt/countersign/agent.jwk'

describe.skipIf(!canBrowse)(`the first run ${NEEDS}`, () => {
  let world: ConsoleWorld
  beforeAll(async () => {
    world = await openWorld()
  }, SLOW_MS)
  afterAll(() => world?.close())

  it(
    'shows an agent as it connects, and leads to what it asks',
    async () => {
      const { plane } = world.net
      const { page, noise } = await world.open(plane.dana, '/start')
      const connect = page.getByRole('listitem').filter({ hasText: 'Connect an agent' })
      await connect.getByText(/No agent may work yet|Nobody is connected/).waitFor()
      const { target } = await world.ask()
      await connect.getByText(/is connected: it works on INC-482/).waitFor()
      const decide = page.getByRole('listitem').filter({ hasText: 'Open the request' })
      await decide.getByText(`wants to block address ${target}`).waitFor()
      await decide.getByRole('link', { name: 'Open the request' }).click()
      await page.getByRole('heading', { level: 1, name: /wants to block address/ }).waitFor()
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'makes the text that connects each kind of client, with where things are in the practice range',
    async () => {
      await world.ask()
      const { page } = await world.open(world.net.plane.dana, PRACTICE)
      await page.getByText('Connect another client').click()
      const text = page.getByRole('region', { name: 'Configuration' })
      const program = JSON.parse(await text.innerText())
      expect(program.mcpServers.countersign).toMatchObject({
        command: '/opt/countersign/node_modules/node/bin/node',
        args: ['/opt/countersign/docs/guides/agent/stdio.mjs'],
        env: { AGENT_CASE: 'INC-482', AGENT_KEY: '/opt/countersign/agent.jwk' },
      })
      await page.getByText('Speaks HTTP', { exact: true }).click()
      await text.getByText(/forward\.mjs 7071/).waitFor()
      await page.getByText('curl', { exact: true }).click()
      await text.getByText(/Authorization: Bearer \$TOKEN/).waitFor()
    },
    SLOW_MS,
  )

  it(
    'takes no path out of an address that a shell would read as more than a path',
    async () => {
      const bad = '/start?root=/opt/x;curl+evil&key=$(id)'
      const { page } = await world.open(world.net.plane.dana, bad)
      await page.getByText('Connect another client').click()
      const text = await page.getByRole('region', { name: 'Configuration' }).innerText()
      expect(text).toContain('"agent/stdio.mjs"')
      expect(text).not.toMatch(/evil|\$\(/)
    },
    SLOW_MS,
  )

  it(
    'has a browser without a key enrol one, and sees it count once somebody vouched',
    async () => {
      const { plane } = world.net
      const person = await addPerson(plane.gateway, 'Nora', ['analyst'])
      const body = { person: person.id }
      const made = await rest(plane, plane.petra, 'POST', '/api/v1/login-links', body)
      const visitor = await visit(world.browser, plane.gateway.baseUrl)
      await holdDevice(visitor)
      const { page } = visitor
      const link = new URL(String(made.body.url))
      link.searchParams.set('to', PRACTICE)
      await page.goto(link.href)
      await page.getByRole('button', { name: /one-time link/ }).click()
      const step = page.getByRole('listitem').filter({ hasText: 'Have a key that signs here' })
      await step.getByLabel('What you call the new key').fill('desk key')
      await step.getByRole('button', { name: 'Enrol a passkey' }).click()
      const command = await step.getByRole('region', { name: 'Vouching as Tomas' }).innerText()
      const [, id, said] =
        /^\/opt\/countersign\/bin\/countersign passkey vouch (\S+) --heard (\S+) --as tomas$/.exec(
          command,
        ) ?? []
      const { passkeys } = (
        await rest(plane, plane.dana, 'GET', `/api/v1/passkeys?person=${person.id}`)
      ).body
      const keys = passkeys as unknown as { id: string; key: string; name: string }[]
      const key = keys.find(({ name }) => name === 'desk key')
      expect([id, said]).toEqual([key?.id, key?.key.slice(7, 15)])
      await rest(plane, plane.dana, 'POST', `/api/v1/passkeys/${id}/vouch`, { key: key?.key })
      await step.getByText('done', { exact: true }).waitFor()
      expect(visitor.noise).toEqual([])
    },
    SLOW_MS,
  )
})
