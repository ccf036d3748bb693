import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { assert, enrol, makePracticeKey, placeOf } from '../../range/practice-passkey.ts'
import { openPasskeys } from '../../src/adapters/open-passkeys.ts'
import type { Console } from '../harness/console.ts'
import {
  challengeIn,
  consoleOf,
  cookieOf,
  enrolKey,
  enter,
  linkOf,
  login,
  loginWith,
  OURS,
  PLACE,
} from '../harness/console.ts'
import type { Answer, RestGateway, Token } from '../harness/rest-gateway.ts'
import { BASE_URL, openRestGateway, TENANT } from '../harness/rest-gateway.ts'
import { aboveThePorts, forEachEngine } from '../harness/stores.ts'

const MINUTE_MS = 60_000
const UP = 0x01
const UV = 0x04

forEachEngine((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  let gateway: RestGateway
  let dana: Token
  let petra: Token
  let tomas: Token

  beforeEach(async () => {
    gateway = await openRestGateway(engine, undo)
    dana = await gateway.enrol('dana', ['shift-lead'])
    petra = await gateway.enrol('petra', ['platform-engineer'])
    tomas = await gateway.enrol('tomas', ['incident-commander'])
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  type Enrolled = { readonly id: string; readonly key: string; readonly state: string }
  const passkeyIn = (answer: Answer): Enrolled => answer.json().passkey as Enrolled
  const vouch = (by: Token, { id, key }: Enrolled) =>
    gateway.send('POST', `/api/v1/passkeys/${id}/vouch`, { token: by.token, body: { key } })
  const revoke = (by: Token, { id }: Enrolled, reason = 'lost') =>
    gateway.send('POST', `/api/v1/passkeys/${id}/revoke`, { token: by.token, body: { reason } })
  const said = (answer: Answer) => [answer.status, answer.json().code, answer.json().detail]
  const lastEntries = async (from: number) => {
    const entries = await gateway.deps.ledger.entries(TENANT, from, await gateway.size())
    return entries.map(({ bytes }) => JSON.parse(new TextDecoder().decode(bytes)))
  }

  describe('enrolling', () => {
    it('puts a key on record that waits for a second person', async () => {
      const at = await enter(gateway, petra, dana)
      const size = await gateway.size()
      const answer = await enrolKey(at)
      expect(answer.status).toBe(201)
      expect(answer.json().passkey).toMatchObject({
        person: dana.person.id,
        state: 'pending',
        algorithm: 'ES256',
        aaguid: '00000000-0000-0000-0000-000000000000',
        device_bound: false,
      })
      expect(await lastEntries(size)).toMatchObject([
        {
          type: 'passkey.enrolled',
          actor: { kind: 'person', id: dana.person.id },
          data: { key: passkeyIn(answer).key, algorithm: 'ES256', device_bound: false },
        },
      ])
      const me = (await at.send('GET', '/api/v1/me')).json()
      expect(me.passkeys).toMatchObject([{ id: passkeyIn(answer).id, state: 'pending' }])
    })

    const refusals: readonly (readonly [string, Parameters<typeof enrol>[3], string])[] = [
      ['without user verification', { flags: UP }, 'User verification was required'],
      ['of another algorithm', { algorithm: -8 }, 'Unexpected public key alg "-8"'],
      ['that answers another question', { type: 'webauthn.get' }, 'registration response type'],
    ]

    it('refuses a challenge that is of another person, used, or not ours', async () => {
      const [danas, tomass] = [
        await enter(gateway, petra, dana),
        await enter(gateway, petra, tomas),
      ]
      const challenge = await challengeIn(await danas.send('POST', '/api/v1/passkeys/options'))
      const put = (at: Console, answered: string) => {
        const credential = enrol(makePracticeKey(), answered, PLACE)
        return at.send('POST', '/api/v1/passkeys', { body: { name: 'practice', credential } })
      }
      expect((await put(tomass, challenge)).json().code).toBe('passkey_refused')
      expect((await put(danas, challenge)).status).toBe(201)
      expect(said(await put(danas, challenge))).toEqual([
        400,
        'passkey_refused',
        'the challenge was answered before',
      ])
      const forged = Buffer.alloc(56, 7).toString('base64url')
      expect((await put(danas, forged)).json().code).toBe('passkey_refused')
    })

    it('refuses a key that is enrolled already', async () => {
      const key = makePracticeKey()
      await enrolKey(await enter(gateway, petra, dana), key)
      const again = await enrolKey(await enter(gateway, petra, tomas), key)
      expect(said(again).slice(0, 2)).toEqual([409, 'conflict'])
    })

    it('refuses keys that may leave their device, where the configuration says so', async () => {
      const passkeyParts = openPasskeys(
        { baseUrl: BASE_URL, requireDeviceBoundPasskeys: true },
        new Uint8Array(32),
        gateway.fresh.clock,
      )
      const strict = await openRestGateway(engine, undo, passkeyParts)
      const lead = await strict.enrol('lead', ['shift-lead'])
      const engineer = await strict.enrol('engineer', ['platform-engineer'])
      const at = await enter(strict, engineer, lead)
      const no = await enrolKey(at)
      expect(said(no)).toEqual([400, 'passkey_refused', 'the key may leave its device'])
      expect((await enrolKey(at, makePracticeKey(), { flags: UP | UV })).status).toBe(201)
    })

    aboveThePorts(engine, () => {
      it('asks the browser for ES256 or RS256 with user verification and no attestation', async () => {
        const at = await enter(gateway, petra, dana)
        const answer = await at.send('POST', '/api/v1/passkeys/options')
        expect(answer.json().options).toMatchObject({
          rp: { id: 'countersign.test' },
          user: { name: 'dana@soc.example' },
          attestation: 'none',
          authenticatorSelection: { userVerification: 'required' },
          pubKeyCredParams: [
            { alg: -7, type: 'public-key' },
            { alg: -257, type: 'public-key' },
          ],
        })
      })

      it('needs a login that an API token cannot make by itself', async () => {
        const own = consoleOf(gateway, cookieOf(await login(gateway, await linkOf(gateway, dana))))
        for (const at of [own, { send: withToken(dana) }]) {
          const no = await at.send('POST', '/api/v1/passkeys/options')
          expect(said(no).slice(0, 2)).toEqual([403, 'login_too_weak'])
        }
      })

      it('needs that login within ten minutes, and at the end as at the beginning', async () => {
        const at = await enter(gateway, petra, dana)
        const challenge = await challengeIn(await at.send('POST', '/api/v1/passkeys/options'))
        gateway.fresh.clock.advance(10 * MINUTE_MS)
        const credential = enrol(makePracticeKey(), challenge, PLACE)
        const body = { name: 'late', credential }
        expect((await at.send('POST', '/api/v1/passkeys', { body })).json().code).toBe(
          'login_too_weak',
        )
      })

      it.each(refusals)('refuses a key %s, and says so', async (_title, oddity, why) => {
        const at = await enter(gateway, petra, dana)
        const no = await enrolKey(at, makePracticeKey(), oddity)
        expect(said(no)).toEqual([400, 'passkey_refused', expect.stringContaining(why)])
      })

      it('refuses a key made for another address', async () => {
        const at = await enter(gateway, petra, dana)
        const origin = await enrolKey(
          at,
          makePracticeKey(),
          {},
          { ...PLACE, origin: 'https://evil' },
        )
        expect(said(origin)).toEqual([400, 'passkey_refused', expect.stringContaining('origin')])
        const other = await enrolKey(at, makePracticeKey(), {}, { ...PLACE, rpId: 'evil' })
        expect(said(other).slice(0, 2)).toEqual([400, 'passkey_refused'])
      })
    })
  })

  describe('vouching', () => {
    let enrolled: Enrolled
    beforeEach(async () => {
      enrolled = passkeyIn(await enrolKey(await enter(gateway, petra, dana)))
    })

    it('by a second person makes the key count, on record', async () => {
      const size = await gateway.size()
      const answer = await vouch(tomas, enrolled)
      expect(answer.json().passkey).toMatchObject({ state: 'active', vouched_by: tomas.person.id })
      expect(await lastEntries(size)).toMatchObject([
        {
          type: 'passkey.vouched',
          actor: { id: tomas.person.id },
          data: { passkey: enrolled.id, person: dana.person.id, key: enrolled.key },
        },
      ])
    })

    it('is for exactly the key that was shown, once', async () => {
      const other = { ...enrolled, key: `sha256:${'0'.repeat(64)}` }
      expect((await vouch(tomas, other)).json().code).toBe('seen_digest_mismatch')
      expect((await vouch(tomas, enrolled)).status).toBe(200)
      expect((await vouch(tomas, enrolled)).json().code).toBe('passkey_not_active')
    })

    aboveThePorts(engine, () => {
      it('is nothing one can do for oneself', async () => {
        expect(said(await vouch(dana, enrolled))).toEqual([
          403,
          'not_permitted',
          'nobody vouches for their own key',
        ])
      })

      it('is nothing for whoever let the person in: one person could do it all', async () => {
        expect(said(await vouch(petra, enrolled))).toEqual([
          403,
          'not_permitted',
          'who let the person in to enrol the key cannot vouch for it',
        ])
      })

      it('is nothing for those without the permission', async () => {
        const ana = await gateway.enrol('ana', ['analyst'])
        expect(said(await vouch(ana, enrolled)).slice(0, 2)).toEqual([403, 'not_permitted'])
      })

      it('cannot bring a revoked key back', async () => {
        await revoke(dana, enrolled)
        expect((await vouch(tomas, enrolled)).json().code).toBe('passkey_not_active')
      })
    })
  })

  describe('revoking', () => {
    it("is for one's own keys and for whoever leads, at once and on record", async () => {
      const ana = await gateway.enrol('ana', ['analyst'])
      const first = passkeyIn(await enrolKey(await enter(gateway, petra, ana)))
      expect((await revoke(ana, first)).json().passkey).toMatchObject({ state: 'revoked' })
      expect((await revoke(ana, first)).json().code).toBe('passkey_not_active')
      const second = passkeyIn(await enrolKey(await enter(gateway, petra, dana)))
      expect((await revoke(ana, second)).json().code).toBe('not_permitted')
      const size = await gateway.size()
      expect((await revoke(tomas, second, 'stolen')).status).toBe(200)
      expect(await lastEntries(size)).toMatchObject([
        { type: 'passkey.revoked', actor: { id: tomas.person.id }, data: { reason: 'stolen' } },
      ])
    })
  })

  describe('logging in with a passkey', () => {
    const key = makePracticeKey()
    let enrolled: Enrolled
    beforeEach(async () => {
      enrolled = passkeyIn(await enrolKey(await enter(gateway, petra, dana), key))
    })

    it('opens a session that may enrol the next key', async () => {
      await vouch(tomas, enrolled)
      const answer = await loginWith(gateway, key)
      expect(answer.json()).toMatchObject({
        person: { id: dana.person.id },
        session: { method: 'passkey', may_enrol: true },
      })
      const at = consoleOf(gateway, cookieOf(answer))
      const next = passkeyIn(await enrolKey(at, makePracticeKey()))
      expect((await vouch(petra, next)).status).toBe(200)
    })

    it('needs somebody to have vouched, and the key not to be revoked', async () => {
      const size = await gateway.size()
      expect((await loginWith(gateway, key)).json().code).toBe('login_refused')
      expect(await lastEntries(size)).toMatchObject([
        { type: 'access.refused', data: { reason: 'login_refused:pending' } },
      ])
      await vouch(tomas, enrolled)
      await revoke(dana, enrolled)
      expect((await loginWith(gateway, key)).json().code).toBe('login_refused')
    })

    it('counts an answer once', async () => {
      await vouch(tomas, enrolled)
      const asked = await gateway.send('POST', '/api/v1/session/options')
      const assertion = assert(key, await challengeIn(asked), PLACE)
      const sending = { body: { assertion }, headers: OURS }
      expect((await gateway.send('POST', '/api/v1/session', sending)).status).toBe(201)
      expect((await gateway.send('POST', '/api/v1/session', sending)).status).toBe(401)
    })

    it('refuses a counter that does not go up: the key was copied', async () => {
      await vouch(tomas, enrolled)
      expect((await loginWith(gateway, key, { signCount: 5 })).status).toBe(201)
      for (const signCount of [5, 4, 0])
        expect((await loginWith(gateway, key, { signCount })).status).toBe(401)
      expect((await loginWith(gateway, key, { signCount: 6 })).status).toBe(201)
    })

    aboveThePorts(engine, () => {
      it.each([
        ['without user verification', { flags: UP }],
        ['inside a frame of another site', { crossOrigin: true }],
        ['of an enrolment', { type: 'webauthn.create' }],
      ])('refuses an answer %s', async (_title, oddity) => {
        await vouch(tomas, enrolled)
        expect((await loginWith(gateway, key, oddity)).json().code).toBe('login_refused')
      })

      it('refuses another address, an old question, and a key nobody knows', async () => {
        await vouch(tomas, enrolled)
        const challenge = await challengeIn(await gateway.send('POST', '/api/v1/session/options'))
        const present = (assertion: unknown) =>
          gateway.send('POST', '/api/v1/session', { body: { assertion }, headers: OURS })
        const foreign = assert(key, challenge, placeOf('https://evil.example'))
        expect((await present(foreign)).status).toBe(401)
        expect((await present(assert(makePracticeKey(), challenge, PLACE))).status).toBe(401)
        gateway.fresh.clock.advance(5 * MINUTE_MS)
        expect((await present(assert(key, challenge, PLACE))).status).toBe(401)
      })
    })
  })

  it('shows everybody the keys of everybody, so that a voucher can compare', async () => {
    const enrolled = passkeyIn(await enrolKey(await enter(gateway, petra, dana)))
    const ask = (path: string) => gateway.send('GET', path, { token: tomas.token })
    const all = (await ask('/api/v1/passkeys')).json().passkeys
    expect(all).toMatchObject([{ id: enrolled.id, key: enrolled.key }])
    const none = await ask(`/api/v1/passkeys?person=${tomas.person.id}`)
    expect(none.json().passkeys).toEqual([])
  })

  function withToken({ token }: Token): Console['send'] {
    return (method, path, sending) => gateway.send(method, path, { ...sending, token })
  }
})
