import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { issueLoginLink } from '../../src/command/issue-login-link.ts'
import { changePerson } from '../../src/command/register-person.ts'
import { CONSOLE_HEADER } from '../../src/faces/rest/cross-site.ts'
import { cookieOf, linkOf, login as loginAt, OURS } from '../harness/console.ts'
import type { RestGateway, Sending, Token } from '../harness/rest-gateway.ts'
import { BASE_URL, openRestGateway, TENANT } from '../harness/rest-gateway.ts'
import { aboveThePorts, forEachEngine } from '../harness/stores.ts'

const SYSTEM = { kind: 'system', part: 'test' } as const
const MINUTE_MS = 60_000

forEachEngine((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  let gateway: RestGateway
  let dana: Token
  let petra: Token

  beforeEach(async () => {
    gateway = await openRestGateway(engine, undo)
    dana = await gateway.enrol('dana', ['shift-lead'])
    petra = await gateway.enrol('petra', ['platform-engineer'])
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  const linkFor = (by: Token, person?: string) => linkOf(gateway, by, person)
  const login = (link: string, headers?: Sending['headers']) => loginAt(gateway, link, headers)
  const loggedIn = async (who: Token = dana): Promise<string> =>
    cookieOf(await login(await linkFor(who)))
  const as = (cookie: string, method: string, path: string, sending: Sending = {}) =>
    gateway.send(method, path, { ...sending, headers: { cookie, ...OURS, ...sending.headers } })
  const lastEntries = async (from: number) => {
    const entries = await gateway.deps.ledger.entries(TENANT, from, await gateway.size())
    return entries.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)))
  }

  describe('a login link', () => {
    it('opens one session with a cookie that scripts and other sites never see', async () => {
      const answer = await login(await linkFor(dana))
      expect(answer.status).toBe(201)
      expect(answer.json().person).toMatchObject({ id: dana.person.id })
      const attributes = (answer.headers.get('set-cookie') ?? '').split('; ').slice(1)
      expect(attributes.filter((each) => !each.startsWith('Expires')).sort()).toEqual([
        'HttpOnly',
        'Path=/api/v1',
        'SameSite=Strict',
      ])
      expect(answer.text).not.toContain('cs_session_')
      const me = (await as(cookieOf(answer), 'GET', '/api/v1/me')).json()
      expect(me).toMatchObject({
        id: dana.person.id,
        roles: ['shift-lead'],
        duty: [],
        session: { method: 'link', is_current: true },
      })
      expect(me.permissions).toContain('stop.release')
      expect(me.permissions).not.toContain('policy.publish')
    })

    it('is on record when it is made and when it is used, without its secret', async () => {
      const size = await gateway.size()
      const link = await linkFor(petra, dana.person.id)
      await login(link)
      const [made, opened] = await lastEntries(size)
      expect(made).toMatchObject({
        type: 'login.link_issued',
        actor: { kind: 'person', id: petra.person.id },
        data: { person: dana.person.id, vouched: true },
      })
      expect(opened).toMatchObject({
        type: 'session.opened',
        data: { person: dana.person.id, method: 'link', link: made.data.link },
      })
      expect(JSON.stringify([made, opened])).not.toContain(link)
    })

    it('is refused the second time, and the attempt is on record', async () => {
      const link = await linkFor(dana)
      await login(link)
      const size = await gateway.size()
      const again = await login(link)
      expect([again.status, again.json().code]).toEqual([401, 'login_refused'])
      expect(again.headers.get('set-cookie')).toBeNull()
      expect(await lastEntries(size)).toMatchObject([
        {
          type: 'access.refused',
          data: { reason: 'login_refused:used', person: dana.person.id },
        },
      ])
    })

    it('opens one session when two present it at once', async () => {
      const link = await linkFor(dana)
      const answers = await Promise.all(Array.from({ length: 6 }, () => login(link)))
      expect(answers.map(({ status }) => status).sort()).toEqual([201, 401, 401, 401, 401, 401])
    })

    aboveThePorts(engine, () => {
      it('is refused after ten minutes, and unknown ones without a word about why', async () => {
        const link = await linkFor(dana)
        gateway.fresh.clock.advance(10 * MINUTE_MS)
        const late = await login(link)
        const unknown = await login(`cs_login_${'A'.repeat(43)}`)
        expect([late.status, unknown.status]).toEqual([401, 401])
        expect(unknown.json().detail).toBe(late.json().detail)
      })

      it('opens nothing for a suspended person', async () => {
        const link = await linkFor(dana)
        await suspend(dana)
        expect((await login(link)).json().code).toBe('login_refused')
      })

      it('for somebody else needs a platform engineer', async () => {
        const body = { person: petra.person.id }
        const no = await gateway.send('POST', '/api/v1/login-links', { token: dana.token, body })
        expect([no.status, no.json().code]).toEqual([403, 'not_permitted'])
      })

      it('is not handed to a session for itself: it would never end', async () => {
        const no = await as(await loggedIn(), 'POST', '/api/v1/login-links', { body: {} })
        expect([no.status, no.json().code]).toEqual([403, 'not_permitted'])
      })

      it('is no token, and a cookie is none either', async () => {
        const link = await linkFor(dana)
        const secret = (await loggedIn()).split('=')[1] ?? ''
        for (const token of [link, secret]) {
          expect((await gateway.send('GET', '/api/v1/me', { token })).status).toBe(401)
        }
        const odd = await gateway.send('GET', '/api/v1/me', {
          headers: { cookie: `countersign=${dana.token}` },
        })
        expect([odd.status, odd.json().code]).toEqual([401, 'session_ended'])
      })
    })
  })

  describe('a session', () => {
    it('does what the token of its person does, and nothing else', async () => {
      const cookie = await loggedIn()
      expect((await as(cookie, 'GET', '/api/v1/approvals')).status).toBe(200)
      const stop = { scope: 'writes', reason: 'Something is wrong.' }
      expect((await as(cookie, 'POST', '/api/v1/stops', { body: stop })).status).toBe(201)
      const no = await as(cookie, 'POST', '/api/v1/policies', { body: {} })
      expect([no.status, no.json().code]).toEqual([403, 'not_permitted'])
      expect((await as(cookie, 'POST', '/api/v1/calls', { body: {} })).status).toBe(401)
    })

    it('ends after twelve hours, however busy', async () => {
      const cookie = await loggedIn()
      for (let hours = 0; hours < 12; hours += 0.5) {
        expect((await as(cookie, 'GET', '/api/v1/me')).status).toBe(200)
        gateway.fresh.clock.advance(30 * MINUTE_MS)
      }
      const late = await as(cookie, 'GET', '/api/v1/me')
      expect([late.status, late.json().code]).toEqual([401, 'session_ended'])
    })

    it('notes its use at most every five minutes, once for many requests at once', async () => {
      const cookie = await loggedIn()
      const size = await gateway.size()
      gateway.fresh.clock.advance(4 * MINUTE_MS)
      await as(cookie, 'GET', '/api/v1/me')
      expect(await gateway.size()).toBe(size)
      gateway.fresh.clock.advance(MINUTE_MS)
      const all = Array.from({ length: 5 }, () => as(cookie, 'GET', '/api/v1/me'))
      expect((await Promise.all(all)).map(({ status }) => status)).toEqual([
        200, 200, 200, 200, 200,
      ])
      expect((await gateway.types()).slice(size)).toEqual(['session.renewed'])
    })

    it('ends at once when its person is suspended', async () => {
      const cookie = await loggedIn()
      await suspend(dana)
      expect((await as(cookie, 'GET', '/api/v1/me')).status).toBe(403)
    })

    it('is closed by logging out, on record, and the cookie is taken back', async () => {
      const cookie = await loggedIn()
      const size = await gateway.size()
      const out = await as(cookie, 'DELETE', '/api/v1/session')
      expect(out.status).toBe(200)
      expect(out.headers.get('set-cookie')).toMatch(/^countersign=;.*Expires=Thu, 01 Jan 1970/)
      expect(await lastEntries(size)).toMatchObject([
        { type: 'session.closed', data: { reason: 'logout', person: dana.person.id } },
      ])
      expect((await as(cookie, 'GET', '/api/v1/me')).json().code).toBe('session_ended')
    })

    it('is listed and revoked by its own person only', async () => {
      const [first, second] = [await loggedIn(), await loggedIn()]
      const stranger = await loggedIn(petra)
      const listed = (await as(second, 'GET', '/api/v1/sessions')).json().sessions as readonly {
        readonly id: string
        readonly is_current: boolean
      }[]
      expect(listed.map((each) => each.is_current).sort()).toEqual([false, true])
      const other = listed.find((each) => !each.is_current)?.id
      expect((await as(stranger, 'DELETE', `/api/v1/sessions/${other}`)).status).toBe(404)
      expect((await as(second, 'DELETE', `/api/v1/sessions/${other}`)).status).toBe(200)
      expect((await as(first, 'GET', '/api/v1/me')).status).toBe(401)
      expect((await as(second, 'GET', '/api/v1/me')).status).toBe(200)
    })

    aboveThePorts(engine, () => {
      it('ends after an hour in which nobody was there; what the console asks by itself is nobody', async () => {
        const cookie = await loggedIn()
        gateway.fresh.clock.advance(59 * MINUTE_MS)
        const background = { headers: { 'countersign-background': '1' } }
        expect((await as(cookie, 'GET', '/api/v1/me', background)).status).toBe(200)
        gateway.fresh.clock.advance(MINUTE_MS)
        expect((await as(cookie, 'GET', '/api/v1/me')).json().code).toBe('session_ended')
      })
    })
  })

  aboveThePorts(engine, () => {
    describe('another site', () => {
      const stop = { scope: 'writes', reason: 'Something is wrong.' }
      const attempts: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
        ['of another site', { 'sec-fetch-site': 'cross-site' }],
        ['of another port of this host', { 'sec-fetch-site': 'same-site' }],
        ['with another origin', { origin: 'http://countersign.test:8080' }],
        ['with an opaque origin', { origin: 'null' }],
        ['typed into the address line', { 'sec-fetch-site': 'none' }],
      ]
      it.each(attempts)(
        '%s changes nothing with the cookie of a person',
        async (_title, headers) => {
          const cookie = await loggedIn()
          const size = await gateway.size()
          const no = await as(cookie, 'POST', '/api/v1/stops', { body: stop, headers })
          expect([no.status, no.json().code]).toEqual([403, 'cross_site_refused'])
          expect(await gateway.size()).toBe(size)
        },
      )

      it('reads nothing with it', async () => {
        const cookie = await loggedIn()
        const headers = { cookie, 'sec-fetch-site': 'same-site' }
        expect((await gateway.send('GET', '/api/v1/approvals', { headers })).status).toBe(403)
      })

      it.each([
        ['without the header of the console', { origin: BASE_URL }],
        ['that does not say where it is from', { [CONSOLE_HEADER]: '1' }],
      ])('a change %s is refused', async (_title, given) => {
        const headers = { cookie: await loggedIn(), ...given }
        const no = await gateway.send('POST', '/api/v1/stops', { body: stop, headers })
        expect([no.status, no.json().code]).toEqual([403, 'cross_site_refused'])
      })

      it('logs nobody in as somebody else', async () => {
        const link = await linkFor(dana)
        const no = await login(link, { ...OURS, origin: 'https://evil.example' })
        expect([no.status, no.json().code]).toEqual([403, 'cross_site_refused'])
        expect((await login(link)).status).toBe(201)
      })
    })
  })

  it('lets an address try to log in only so often, so that a stranger cannot fill the ledger', async () => {
    const limited = await openRestGateway(engine, undo, {
      rateLimits: { api: 1_000, token: 1_000, login: 3 },
    })
    const sending = { body: { link: 'cs_login_x' }, headers: OURS }
    const codes: unknown[] = []
    for (let tries = 0; tries < 5; tries += 1)
      codes.push((await limited.send('POST', '/api/v1/session', sending)).json().code)
    expect(codes).toEqual([
      'login_refused',
      'login_refused',
      'login_refused',
      'rate_limited',
      'rate_limited',
    ])
  })

  async function suspend({ person }: Token): Promise<void> {
    const change = { tenant: TENANT, by: SYSTEM, personId: person.id, state: 'suspended' } as const
    await changePerson(gateway.deps, change)
  }

  aboveThePorts(engine, () => {
    it('takes a TLS-only cookie name behind https', async () => {
      const baseUrl = 'https://countersign.test'
      const secure = await openRestGateway(engine, undo, { baseUrl })
      const { person } = await secure.enrol('dana', ['shift-lead'])
      const { secret } = await issueLoginLink(secure.deps, {
        tenant: TENANT,
        by: SYSTEM,
        personId: person.id,
      })
      const headers = { ...OURS, origin: baseUrl }
      const answer = await secure.send('POST', '/api/v1/session', {
        body: { link: secret },
        headers,
      })
      expect(answer.headers.get('set-cookie')).toMatch(/^__Secure-countersign=.*; Secure/)
    })
  })
})
