import { generateKeyPairSync, type KeyObject } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { held } from '../harness/net-plane.ts'
import { approveAsOwner, rest } from '../harness/people.ts'
import { canBrowse, NEEDS } from './browser.ts'
import { type ConsoleWorld, openWorld } from './world.ts'

const SLOW_MS = 60_000

describe.skipIf(!canBrowse)(`tools, agents and containments ${NEEDS}`, () => {
  let world: ConsoleWorld
  beforeAll(async () => {
    world = await openWorld()
  }, SLOW_MS)
  afterAll(() => world?.close())

  const toolNamed = async (name: string) => {
    const { plane } = world.net
    const { body } = await rest(plane, plane.petra, 'GET', '/api/v1/tools')
    const tools = body.tools as unknown as { name: string; status: string; effect?: string }[]
    return tools.find((tool) => tool.name === name)
  }

  it(
    'reviews a tool out of quarantine by button, from an example, and takes it away again',
    async () => {
      const { page, noise } = await world.open(world.net.plane.petra, '/tools')
      const quarantine = page.getByRole('region', { name: /In quarantine/ })
      await quarantine.getByRole('button', { name: /net__unreviewed/ }).click()
      await quarantine.getByRole('group', { name: 'Definition' }).getByText('"name"').waitFor()
      const approve = quarantine.getByRole('button', { name: 'Approve with this entry' })
      expect(await approve.isDisabled()).toBe(true)
      await quarantine.getByLabel('Classification').fill('{ "effect": "harmless" }')
      await approve.click()
      await quarantine.getByText('The gateway refused.').waitFor()
      expect((await toolNamed('unreviewed'))?.status).toBe('quarantined')
      await quarantine.getByRole('button', { name: 'A note in a case' }).click()
      await approve.click()
      const reviewed = page.getByRole('region', { name: /Reviewed/ })
      await reviewed.getByRole('button', { name: /net__unreviewed/ }).click()
      expect(await toolNamed('unreviewed')).toMatchObject({
        status: 'approved',
        effect: 'annotate',
      })
      await reviewed.getByRole('button', { name: 'Take it away' }).click()
      await page.getByRole('region', { name: /Taken away/ }).waitFor()
      expect((await toolNamed('unreviewed'))?.status).toBe('suspended')
      expect(noise.filter((said) => !said.includes('status of 400'))).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'offers the review to nobody who may not give it',
    async () => {
      const { page } = await world.open(world.net.plane.alex, '/tools')
      await page.getByRole('button', { name: /net__block/ }).click()
      await page.getByText('Platform engineers review tools.').waitFor()
      expect(await page.getByRole('button', { name: 'Approve with this entry' }).count()).toBe(0)
    },
    SLOW_MS,
  )

  it(
    'halts an agent by one press and shows what it may call and has touched',
    async () => {
      const { id } = await world.ask()
      const { plane } = world.net
      const asked = (await rest(plane, plane.dana, 'GET', `/api/v1/approvals/${id}`)).body
      const { body } = await rest(plane, plane.dana, 'GET', '/api/v1/agents')
      const agent = (body.agents as unknown as { id: string; name: string }[]).find(
        (each) => each.id === asked.agent,
      )
      const name = agent?.name ?? 'none'
      const { page, noise } = await world.open(plane.dana, '/agents')
      const row = page.getByRole('listitem').filter({ hasText: name }).first()
      await row.getByRole('button', { name: new RegExp(`^${name}`) }).click()
      await row.getByRole('group', { name: 'What it touched' }).getByText('block address').waitFor()
      await row.getByRole('button', { name: `Suspend ${name}` }).click()
      await row.getByText('suspended', { exact: true }).waitFor()
      const after = (await rest(plane, plane.dana, 'GET', `/api/v1/approvals/${id}`)).body
      expect(after.state).toBe('cancelled')
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'shows what an agent combines, and proposes another mode for it',
    async () => {
      const { plane } = world.net
      const agent = await world.net.newAgent()
      const { body } = await rest(plane, plane.petra, 'GET', '/api/v1/agents')
      const known = body.agents as unknown as { id: string; name: string; mode: string }[]
      const { name = '' } = known.find(({ id }) => id === agent.agent.id) ?? {}
      const { page, noise } = await world.open(plane.petra, '/agents')
      const row = page.getByRole('listitem').filter({ hasText: name }).first()
      await row.getByRole('button', { name: new RegExp(`^${name} `) }).click()
      const combines = row.getByRole('group', { name: 'What it combines' })
      await combines.getByText('can change something: 2 tools').waitFor()
      await combines.getByText('never reaches outside').waitFor()
      await combines.getByText(/^Tools it may use: \d+, on 1 server$/).click()
      await combines.getByText('net__block', { exact: true }).waitFor()
      await row.getByLabel('Mode').selectOption('advisory')
      const change = row.getByRole('button', { name: 'Change the mode' })
      expect(await change.isDisabled()).toBe(true)
      await row.getByLabel('Why').fill('it only has to advise')
      await change.click()
      await row
        .getByText(/waits for a second person|advisory: reads and recommends/)
        .first()
        .waitFor()
      expect(noise).toEqual([])
      await agent.close()
    },
    SLOW_MS,
  )

  it(
    'says what ends with an agent before it is retired for good, and then ends it',
    async () => {
      const { plane } = world.net
      const agent = await world.net.newAgent()
      const target = world.net.address()
      const id = await held(agent, target)
      const { body } = await rest(plane, plane.petra, 'GET', '/api/v1/agents')
      const known = body.agents as unknown as { id: string; name: string }[]
      const name = known.find((each) => each.id === agent.agent.id)?.name ?? 'none'
      const { page, noise } = await world.open(plane.petra, '/agents')
      const row = page.getByRole('listitem').filter({ hasText: name }).first()
      await row.getByRole('button', { name: new RegExp(`^${name} `) }).click()
      await row.getByRole('button', { name: `Retire ${name}…` }).click()
      const ends = row.getByRole('list', { name: 'What happens with it' })
      await ends.getByText('1 open session: every token of it is refused').waitFor()
      await ends.getByText('1 request to people: cancelled.').waitFor()
      const retire = row.getByRole('button', { name: 'Retire for good' })
      await row.getByLabel(`Type ${name} to retire it`).fill(`${name}x`)
      expect(await retire.isDisabled()).toBe(true)
      await row.getByLabel(`Type ${name} to retire it`).fill(name)
      await retire.click()
      await row.getByText('retired', { exact: true }).waitFor()
      expect(await row.getByRole('button', { name: /Retire/ }).count()).toBe(0)
      const after = (await rest(plane, plane.dana, 'GET', `/api/v1/approvals/${id}`)).body
      expect(after.state).toBe('cancelled')
      await agent.close()
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'registers an agent, and sends no private key',
    async () => {
      const { plane } = world.net
      const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const jwk = (key: KeyObject) => JSON.stringify(key.export({ format: 'jwk' }))
      const { page, noise } = await world.open(plane.petra, '/agents')
      await page.getByRole('button', { name: 'Register an agent…' }).click()
      const form = page.getByRole('form', { name: 'Register an agent' })
      await form.getByLabel('Name').fill('hunter')
      await form.getByLabel('Identity of the workload').fill('spiffe://soc.example/hunter')
      await form.getByLabel('Who answers for it').selectOption({ label: 'Alex' })
      await form.getByLabel('What it may call').fill('net/look')
      await form.getByLabel('Why, for whoever').fill('it hunts at night')
      const register = form.getByRole('button', { name: 'Register', exact: true })
      await form.getByLabel('Its public key').fill(jwk(pair.privateKey))
      await form.getByText('This is the private half of a key.').waitFor()
      expect(await register.isDisabled()).toBe(true)
      await form.getByLabel('Its public key').fill(jwk(pair.publicKey))
      await register.click()
      await page
        .getByText(/waits for a second person|on the books, proposed and in shadow/)
        .waitFor()
      const changes = (await rest(plane, plane.petra, 'GET', '/api/v1/changes')).body
      const agents = (await rest(plane, plane.petra, 'GET', '/api/v1/agents')).body
      expect(JSON.stringify([changes, agents])).toMatch(/agent\.register|"name":"hunter"/)
      expect(noise).toEqual([])
    },
    SLOW_MS,
  )

  it(
    'offers neither to somebody whose role may not',
    async () => {
      const { page } = await world.open(world.net.plane.alex, '/agents')
      const agents = page.getByRole('region', { name: /Inventory/ })
      await agents
        .getByRole('button', { name: /active/ })
        .first()
        .click()
      await agents.getByText('Your role does not switch agents').waitFor()
      expect(await page.getByRole('button', { name: /Retire|Register/ }).count()).toBe(0)
    },
    SLOW_MS,
  )

  it(
    'shows what is contained with its end, and takes it back with a reason',
    async () => {
      const { plane } = world.net
      const agent = await world.net.newAgent()
      const target = world.net.address()
      const id = await held(agent, target)
      expect((await approveAsOwner(plane, plane.dana, id)).body.outcome).toBe('released')
      await agent.call('net__block', { target })
      expect(world.net.ran(target)).toBe(1)
      const { page, noise } = await world.open(plane.dana, '/')
      const board = page.getByRole('region', { name: /Contained now/ })
      await board.getByRole('button', { name: new RegExp(`Undo: block address ${target}`) }).click()
      await board.getByText('unblock', { exact: true }).waitFor()
      await board.getByLabel('Why it is taken back').fill('the address is ours')
      await board.getByRole('button', { name: 'Take it back' }).click()
      await board.getByText('Nothing is contained.').waitFor()
      expect(noise).toEqual([])
      await agent.close()
    },
    SLOW_MS,
  )
})
