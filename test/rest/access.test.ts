import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { exchangeToken } from '../../src/command/exchange-token.ts'
import type { Permission } from '../../src/command/permissions.ts'
import { PERMISSIONS } from '../../src/command/permissions.ts'
import { changePerson } from '../../src/command/register-person.ts'
import type { Access } from '../../src/faces/rest/access.ts'
import { ACCESS } from '../../src/faces/rest/access.ts'
import type { Role } from '../../src/identity/person.ts'
import { ROLES } from '../../src/identity/person.ts'
import type { ActiveAgent, RestGateway } from '../harness/rest-gateway.ts'
import { BASE_URL, openRestGateway, registerActiveAgent, TENANT } from '../harness/rest-gateway.ts'
import { onSqlite } from '../harness/stores.ts'
import { signAssertion } from '../harness/workload.ts'

const ID = '01900000-0000-7000-8000-000000000000'
const SYSTEM = { kind: 'system', part: 'test' } as const
type PersonRow = readonly [string, string, Extract<Access, { who: 'person' }>]

/** Every route of people with a path one could send. */
const PERSON_ROUTES: readonly PersonRow[] = Object.entries(ACCESS).flatMap(([key, access]) => {
  const [method = '', url = ''] = key.split(' ')
  const path = url.replace(':index', '0').replaceAll(/:[a-z_]+/g, ID)
  return access.who === 'person' ? [[method, path, access] as const] : []
})

/** A role that may not, or undefined when everybody may. */
function outsiderOf(permission: Permission): Role | undefined {
  const allowed: readonly Role[] = PERMISSIONS[permission]
  return ROLES.find((role) => !allowed.includes(role))
}

onSqlite((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  let gateway: RestGateway
  let mine: ActiveAgent

  beforeEach(async () => {
    gateway = await openRestGateway(engine, undo)
    mine = await registerActiveAgent(gateway)
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  const taskToken = async (): Promise<string> => {
    const jwt = await signAssertion(
      mine.workload,
      gateway.fresh.clock.nowMs(),
      `${BASE_URL}/oauth/token`,
    )
    const type = 'urn:ietf:params:oauth:token-type:jwt'
    const issued = await exchangeToken(gateway.deps, {
      grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
      actorToken: jwt,
      actorTokenType: type,
      subjectToken: jwt,
      subjectTokenType: type,
      targets: [`${BASE_URL}/mcp`],
      authorizationDetails: JSON.stringify([
        { type: 'countersign_task', case: 'INC-482', purpose: 'investigate' },
      ]),
    })
    return issued.token
  }

  it('knows at least forty routes of people, so that the tables below are not empty', () => {
    expect(PERSON_ROUTES.length).toBeGreaterThanOrEqual(40)
  })

  it('asks everybody for a token, and says which kind', async () => {
    for (const [method, path] of PERSON_ROUTES) {
      const none = await gateway.send(method, path)
      expect([path, none.status, none.json().code]).toEqual([path, 401, 'not_authenticated'])
      expect(none.headers.get('www-authenticate')).toBe('Bearer realm="countersign"')
      const wrong = await gateway.send(method, path, { token: `cs_person_${'A'.repeat(43)}` })
      expect([path, wrong.status]).toEqual([path, 401])
      expect(wrong.headers.get('www-authenticate')).toContain('error="invalid_token"')
    }
  })

  it('lets nobody through without one of the roles of the permission, and changes nothing', async () => {
    const people = new Map<Role, string>()
    for (const role of ROLES) people.set(role, (await gateway.enrol(`the-${role}`, [role])).token)
    const size = await gateway.size()
    let tried = 0
    for (const [method, path, { permission }] of PERSON_ROUTES) {
      const outsider = outsiderOf(permission)
      if (outsider === undefined) continue
      tried += 1
      const answer = await gateway.send(method, path, { token: people.get(outsider) ?? '' })
      expect([path, answer.status, answer.json().code]).toEqual([path, 403, 'not_permitted'])
    }
    expect(tried).toBeGreaterThanOrEqual(20)
    expect(await gateway.size()).toBe(size)
  })

  it('lets no suspended person do anything', async () => {
    const { person, token } = await gateway.enrol('ada', [...ROLES])
    await changePerson(gateway.deps, {
      tenant: TENANT,
      by: SYSTEM,
      personId: person.id,
      state: 'suspended',
    })
    for (const [method, path] of PERSON_ROUTES) {
      const answer = await gateway.send(method, path, { token })
      expect([path, answer.status, answer.json().code]).toEqual([path, 403, 'not_permitted'])
    }
  })

  describe("a task token on people's routes", () => {
    it('is told that only people decide, on every route that decides, and the attempt is recorded [R114]', async () => {
      const token = await taskToken()
      const decisions = PERSON_ROUTES.filter(([, , access]) => access.isDecision)
      expect(decisions.map(([, path]) => path)).toContain(`/api/v1/approvals/${ID}/approve`)
      for (const [method, path] of decisions) {
        const size = await gateway.size()
        const answer = await gateway.send(method, path, { token })
        expect([path, answer.status, answer.json().code]).toEqual([
          path,
          403,
          'agent_may_not_approve',
        ])
        expect((await gateway.types()).slice(size)).toEqual(['access.refused'])
      }
    })

    it('is refused on every other route of people, without a trace', async () => {
      const token = await taskToken()
      const size = await gateway.size()
      for (const [method, path, access] of PERSON_ROUTES) {
        if (access.isDecision) continue
        const answer = await gateway.send(method, path, { token })
        expect([path, answer.status, answer.json().code]).toEqual([path, 403, 'not_permitted'])
      }
      expect(await gateway.size()).toBe(size)
    })
  })

  describe("a person's token on an agent's route", () => {
    it('is refused with the place where a task token is to be had [R11]', async () => {
      const { token } = await gateway.enrol('ada', [...ROLES])
      const answer = await gateway.send('POST', '/api/v1/calls', {
        token,
        body: { tool: 'logs__query' },
      })
      expect([answer.status, answer.json().code]).toEqual([401, 'human_token_refused'])
      expect(answer.headers.get('www-authenticate')).toBe(
        `Bearer resource_metadata="${BASE_URL}/.well-known/oauth-protected-resource/mcp", error="invalid_token"`,
      )
    })

    it('and an expired task token is refused as expired', async () => {
      const token = await taskToken()
      gateway.fresh.clock.advance(300_000)
      const answer = await gateway.send('POST', '/api/v1/calls', {
        token,
        body: { tool: 'logs__query' },
      })
      expect([answer.status, answer.json().code]).toEqual([401, 'token_expired'])
    })
  })

  it('keeps tenants apart: a person sees and changes only their own', async () => {
    const stranger = await gateway.enrol('bo', [...ROLES], 'other')
    const { token } = stranger
    const lists: readonly (readonly [string, string])[] = [
      ['/api/v1/agents', 'agents'],
      ['/api/v1/cases', 'cases'],
      ['/api/v1/tasks', 'tasks'],
    ]
    for (const [path, member] of lists) {
      expect((await gateway.send('GET', path, { token })).json()[member]).toEqual([])
    }
    const people = (await gateway.send('GET', '/api/v1/people', { token })).json()
    expect(people.people).toMatchObject([{ id: stranger.person.id }])
    const touches: readonly (readonly [string, string, unknown])[] = [
      ['POST', `/api/v1/agents/${mine.agent.id}/suspend`, undefined],
      ['POST', `/api/v1/people/${mine.owner.person.id}`, { state: 'suspended' }],
      ['GET', `/api/v1/cases/${mine.caseId}`, undefined],
      ['POST', `/api/v1/cases/${mine.caseId}/export`, undefined],
      ['POST', '/api/v1/tasks', { agent: mine.agent.id, case: mine.caseId, purpose: 'hunt' }],
    ]
    const size = await gateway.size()
    for (const [method, path, body] of touches) {
      const answer = await gateway.send(method, path, {
        token,
        ...(body === undefined ? {} : { body }),
      })
      expect([path, answer.status]).toEqual([path, 404])
    }
    expect(await gateway.size()).toBe(size)
  })
})
