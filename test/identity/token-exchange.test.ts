import {
  decodeJwt,
  decodeProtectedHeader,
  generateKeyPair,
  importJWK,
  jwtVerify,
  SignJWT,
} from 'jose'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addAgentKey, changeAgentState, revokeAgentKey } from '../../src/command/change-agent.ts'
import { closeTask } from '../../src/command/close-task.ts'
import { openTask } from '../../src/command/open-task.ts'
import { putCase } from '../../src/command/put-case.ts'
import { digestOf } from '../../src/kernel/digest.ts'
import type { ActiveAgent, Answer, RestGateway } from '../harness/rest-gateway.ts'
import {
  BASE_URL,
  openCase,
  openRestGateway,
  registerActiveAgent,
  TENANT,
} from '../harness/rest-gateway.ts'
import { onSqlite } from '../harness/stores.ts'
import type { Bending, Wish } from '../harness/workload.ts'
import { exchangeForm, makeWorkload, signAssertion } from '../harness/workload.ts'

const TOKEN_ENDPOINT = `${BASE_URL}/oauth/token`
const RESOURCE = `${BASE_URL}/mcp`
const SYSTEM = { kind: 'system', part: 'test' } as const
const FORM = 'application/x-www-form-urlencoded'

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

  const assertion = (bending: Bending = {}, workload = mine.workload) =>
    signAssertion(workload, gateway.fresh.clock.nowMs(), TOKEN_ENDPOINT, bending)
  const post = (form: string): Promise<Answer> =>
    gateway.send('POST', '/oauth/token', { raw: { type: FORM, bytes: form } })
  const wish = (changed: Wish = {}): Wish => ({
    case: 'INC-482',
    purpose: 'investigate',
    ...changed,
  })
  const exchange = async (
    jwt: string,
    wanted: Wish = wish(),
    changed: Readonly<Record<string, string | undefined>> = {},
  ): Promise<Answer> => post(exchangeForm(jwt, RESOURCE, wanted, changed))

  const lastEntry = async (tenant = TENANT) => {
    const size = await gateway.size(tenant)
    const [entry] = await gateway.fresh.store.ledger.entries(tenant, size - 1, size)
    return JSON.parse(new TextDecoder().decode(entry?.bytes)) as {
      type: string
      actor: { kind: string; id: string }
      data: Record<string, unknown>
    }
  }

  describe('a good exchange', () => {
    it('admits a workload by RFC 8693 exchange and names agent, analyst, task and purpose in the token [R19]', async () => {
      const answer = await exchange(await assertion())
      expect(answer.status).toBe(200)
      expect(answer.headers.get('cache-control')).toBe('no-store')
      const body = answer.json()
      expect(body).toMatchObject({
        token_type: 'Bearer',
        issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
        expires_in: 300,
      })
      const token = String(body.access_token)
      expect(decodeProtectedHeader(token)).toMatchObject({ typ: 'at+jwt', alg: 'ES256' })
      const claims = decodeJwt(token)
      const [task] = await gateway.fresh.store.tasks.list(TENANT)
      expect(claims).toMatchObject({
        iss: BASE_URL,
        aud: RESOURCE,
        sub: mine.owner.person.id,
        act: { sub: mine.workload.subject },
        client_id: mine.agent.id,
        tenant: TENANT,
        task: task?.id,
        authorization_details: [
          { type: 'countersign_task', case: mine.caseId, purpose: 'investigate', task: task?.id },
        ],
      })
      expect(body.authorization_details).toEqual(claims.authorization_details)
      expect(task).toMatchObject({
        agent: mine.agent.id,
        onBehalfOf: mine.owner.person.id,
        state: 'open',
      })
    })

    it('publishes the key under which anybody can verify the token', async () => {
      const token = String((await exchange(await assertion())).json().access_token)
      const jwks = (await gateway.send('GET', '/oauth/jwks')).json() as {
        keys: Record<string, string>[]
      }
      expect(jwks.keys).toHaveLength(1)
      expect(jwks.keys[0]).not.toHaveProperty('d')
      const { payload } = await jwtVerify(token, await importJWK(jwks.keys[0] ?? {}, 'ES256'), {
        audience: RESOURCE,
        currentDate: new Date(gateway.fresh.clock.nowMs()),
      })
      expect(payload.client_id).toBe(mine.agent.id)
    })

    it('writes the task and the digest of the token id in one commit, and never the token', async () => {
      const before = await gateway.size()
      const token = String((await exchange(await assertion())).json().access_token)
      expect((await gateway.types()).slice(before)).toEqual(['task.opened', 'token.issued'])
      const jti = String(decodeJwt(token).jti)
      const entry = await lastEntry()
      expect(entry.data.token).toBe(digestOf('countersign-token-v1', new TextEncoder().encode(jti)))
      expect(JSON.stringify(entry)).not.toContain(jti)
    })

    it('accepts an Ed25519 key and an audience list that contains the endpoint', async () => {
      const other = await registerActiveAgent(gateway, { name: 'ed' })
      const workload = await makeWorkload(other.workload.subject, 'EdDSA')
      const agentId = other.agent.id
      await addAgentKey(gateway.deps, {
        tenant: TENANT,
        by: SYSTEM,
        agentId,
        key: workload.publicJwk,
      })
      const jwt = await assertion(
        { claims: { aud: ['https://elsewhere.example', TOKEN_ENDPOINT] } },
        workload,
      )
      expect((await exchange(jwt)).status).toBe(200)
    })

    it('renews the token of an open task, and never beyond the end of the task', async () => {
      const first = (await exchange(await assertion())).json()
      const [details] = first.authorization_details as { task: string }[]
      gateway.fresh.clock.advance(8 * 3_600_000 - 90_500)
      const renewed = await exchange(await assertion(), { task: details?.task })
      expect(renewed.status).toBe(200)
      expect(renewed.json().expires_in).toBe(90)
      expect(await gateway.fresh.store.tasks.list(TENANT)).toHaveLength(1)
      gateway.fresh.clock.advance(90_500)
      const late = await exchange(await assertion(), { task: details?.task })
      expect(late.json()).toMatchObject({
        error: 'invalid_grant',
        countersign_code: 'task_expired',
      })
    })

    it('gives a token for the task a person opened for the agent, on behalf of that person', async () => {
      const analyst = await gateway.enrol('ada', ['analyst'])
      const { task } = await openTask(gateway.deps, {
        tenant: TENANT,
        by: { kind: 'person', person: analyst.person },
        agentId: mine.agent.id,
        caseRef: 'INC-482',
        purpose: 'respond',
        scope: ['logs/*'],
      })
      const answer = await exchange(await assertion(), { task: task.id })
      expect(decodeJwt(String(answer.json().access_token))).toMatchObject({
        sub: analyst.person.id,
        task: task.id,
        act: { sub: mine.workload.subject },
      })
    })
  })

  describe('a refused assertion', () => {
    const bent: readonly (readonly [string, Bending, string])[] = [
      [
        'another audience',
        { claims: { aud: 'https://elsewhere.example' } },
        'token_wrong_audience',
      ],
      [
        'the resource instead of the endpoint as audience',
        { claims: { aud: RESOURCE } },
        'token_wrong_audience',
      ],
      [
        'an expiry in the past',
        { claims: { iat: 1_782_899_000, exp: 1_782_899_100 } },
        'token_expired',
      ],
      ['an expiry six minutes ahead', { claims: { exp: 1_782_900_360 } }, 'not_authenticated'],
      ['an issue instant in the future', { claims: { iat: 1_782_900_100 } }, 'not_authenticated'],
      ['a start in the future', { claims: { nbf: 1_782_900_100 } }, 'not_authenticated'],
      ['no id', { claims: { jti: undefined } }, 'not_authenticated'],
      ['a short id', { claims: { jti: 'x' } }, 'not_authenticated'],
      ['no expiry', { claims: { exp: undefined } }, 'not_authenticated'],
      ['no issue instant', { claims: { iat: undefined } }, 'not_authenticated'],
      ['another issuer', { claims: { iss: 'spiffe://soc.example/other' } }, 'not_authenticated'],
      ['the type of an access token', { header: { typ: 'at+jwt' } }, 'not_authenticated'],
      ['an unknown critical header', { header: { crit: ['x'], x: 1 } }, 'not_authenticated'],
    ]
    for (const [what, bending, code] of bent) {
      it(`refuses an assertion with ${what}, and records it without naming the agent as actor`, async () => {
        const jwt = await assertion(bending).catch(() => undefined)
        // jose refuses to sign an unknown critical header, so that one is written by hand.
        const answer = await exchange(jwt ?? (await forgedHeader(bending.header ?? {})))
        expect(answer.status).toBe(400)
        expect(answer.json()).toMatchObject({ error: 'invalid_request', countersign_code: code })
        const entry = await lastEntry()
        expect(entry).toMatchObject({
          type: 'access.refused',
          actor: { kind: 'system', id: 'oauth' },
          data: { reason: code, face: 'oauth', agent: mine.agent.id },
        })
        expect(await gateway.fresh.store.tasks.list(TENANT)).toEqual([])
      })
    }

    const forgedHeader = async (header: Readonly<Record<string, unknown>>): Promise<string> => {
      const good = await assertion()
      const [first = '', payload, signature] = good.split('.')
      const decoded = JSON.parse(Buffer.from(first, 'base64url').toString()) as object
      const forged = Buffer.from(JSON.stringify({ ...decoded, ...header })).toString('base64url')
      return [forged, payload, signature].join('.')
    }

    it('refuses a signature by a key that is not registered', async () => {
      const stranger = await generateKeyPair('ES256')
      const answer = await exchange(await assertion({ privateKey: stranger.privateKey }))
      expect(answer.json()).toMatchObject({ countersign_code: 'not_authenticated' })
    })

    it('refuses a kid that names no key of the agent', async () => {
      const other = await makeWorkload('spiffe://soc.example/none')
      const answer = await exchange(await assertion({ header: { kid: other.keyId } }))
      expect(answer.json()).toMatchObject({ countersign_code: 'not_authenticated' })
    })

    it("refuses another agent's key under this agent's name [R12]", async () => {
      const other = await registerActiveAgent(gateway, { name: 'other' })
      const jwt = await assertion({
        header: { kid: other.workload.keyId },
        privateKey: other.workload.privateKey,
      })
      expect((await exchange(jwt)).json()).toMatchObject({ countersign_code: 'not_authenticated' })
    })

    it('refuses alg none', async () => {
      const jwt = await forgedHeader({ alg: 'none' })
      const unsigned = `${jwt.split('.').slice(0, 2).join('.')}.`
      for (const forged of [jwt, unsigned]) {
        expect((await exchange(forged)).json()).toMatchObject({ error: 'invalid_request' })
      }
      expect(await gateway.fresh.store.tasks.list(TENANT)).toEqual([])
    })

    it('refuses HS256 with the public key as secret', async () => {
      const secret = new TextEncoder().encode(JSON.stringify(mine.workload.publicJwk))
      const nowS = gateway.fresh.clock.nowMs() / 1000
      const jwt = await new SignJWT({ jti: 'confused-1' })
        .setProtectedHeader({ alg: 'HS256', kid: mine.workload.keyId })
        .setIssuer(mine.workload.subject)
        .setSubject(mine.workload.subject)
        .setAudience(TOKEN_ENDPOINT)
        .setIssuedAt(nowS)
        .setExpirationTime(nowS + 60)
        .sign(secret)
      expect((await exchange(jwt)).json()).toMatchObject({ countersign_code: 'not_authenticated' })
    })

    it('refuses a key carried by the token itself', async () => {
      const stranger = await makeWorkload(mine.workload.subject)
      const jwt = await assertion({
        header: { jwk: stranger.publicJwk },
        privateKey: stranger.privateKey,
      })
      expect((await exchange(jwt)).json()).toMatchObject({ countersign_code: 'not_authenticated' })
    })

    it('refuses a revoked key at once', async () => {
      await revokeAgentKey(gateway.deps, {
        tenant: TENANT,
        by: SYSTEM,
        agentId: mine.agent.id,
        thumbprint: mine.workload.keyId,
      })
      expect((await exchange(await assertion())).json()).toMatchObject({
        countersign_code: 'not_authenticated',
      })
    })

    it('refuses a subject nobody registered, and writes nothing about strangers', async () => {
      const size = await gateway.size()
      const stranger = await makeWorkload('spiffe://soc.example/stranger')
      const answer = await exchange(await assertion({}, stranger))
      expect(answer.json()).toMatchObject({ countersign_code: 'agent_unknown' })
      expect(await gateway.size()).toBe(size)
    })
  })

  describe('a person is not an agent', () => {
    it("refuses a person's token as subject, and records the agent that brought it [R11]", async () => {
      const person = await gateway.enrol('ada', ['analyst'])
      const answer = await exchange(await assertion(), wish(), { subject_token: person.token })
      expect(answer.status).toBe(400)
      expect(answer.json()).toMatchObject({ countersign_code: 'human_token_refused' })
      expect(await lastEntry()).toMatchObject({
        type: 'access.refused',
        actor: { kind: 'agent', id: mine.agent.id },
        data: { reason: 'human_token_refused' },
      })
    })

    it("refuses a person's token as actor, and records whose it was [R11]", async () => {
      const person = await gateway.enrol('ada', ['analyst'])
      const answer = await exchange(person.token)
      expect(answer.json()).toMatchObject({ countersign_code: 'human_token_refused' })
      expect(await lastEntry()).toMatchObject({
        actor: { kind: 'person', id: person.person.id },
        data: { reason: 'human_token_refused' },
      })
    })

    it('refuses another JWT as subject: the analyst comes from the task', async () => {
      const other = await registerActiveAgent(gateway, { name: 'other' })
      const answer = await exchange(await assertion(), wish(), {
        subject_token: await assertion({}, other.workload),
      })
      expect(answer.json()).toMatchObject({
        error: 'invalid_request',
        countersign_code: 'request_invalid',
      })
    })
  })

  describe('what the token is for', () => {
    const refusals: readonly (readonly [
      string,
      Wish,
      Record<string, string | undefined>,
      string,
      string,
    ])[] = [
      [
        'a foreign resource',
        {},
        { resource: 'https://elsewhere.example/mcp' },
        'invalid_target',
        'resource_unknown',
      ],
      ['no resource', {}, { resource: undefined }, 'invalid_target', 'resource_unknown'],
      [
        'a foreign audience beside the resource',
        {},
        { audience: 'https://elsewhere.example' },
        'invalid_target',
        'resource_unknown',
      ],
      ['an unknown case', { case: 'INC-999' }, {}, 'invalid_authorization_details', 'not_found'],
      [
        'an unknown purpose',
        { purpose: 'play' },
        {},
        'invalid_authorization_details',
        'details_invalid',
      ],
      [
        'an unknown member',
        { admin: true },
        {},
        'invalid_authorization_details',
        'details_invalid',
      ],
      [
        'a scope beyond the grants',
        { scope: ['firewall/*'] },
        {},
        'invalid_scope',
        'tool_not_granted',
      ],
      [
        'a task that is not its own',
        { task: '01900000-0000-7000-8000-000000000000' },
        {},
        'invalid_authorization_details',
        'not_found',
      ],
      [
        'no details',
        {},
        { authorization_details: undefined },
        'invalid_authorization_details',
        'details_invalid',
      ],
      [
        'two details',
        {},
        { authorization_details: '[{"type":"countersign_task"},{"type":"countersign_task"}]' },
        'invalid_authorization_details',
        'details_invalid',
      ],
      [
        'details with a repeated member',
        {},
        {
          authorization_details:
            '[{"type":"countersign_task","case":"INC-482","case":"INC-1","purpose":"hunt"}]',
        },
        'invalid_authorization_details',
        'json_duplicate_key',
      ],
      [
        'a refresh token type',
        {},
        { requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
        'invalid_request',
        'request_invalid',
      ],
      ['no subject token', {}, { subject_token: undefined }, 'invalid_request', 'request_invalid'],
      [
        'an access token type for the actor',
        {},
        { actor_token_type: 'urn:ietf:params:oauth:token-type:access_token' },
        'invalid_request',
        'request_invalid',
      ],
    ]
    for (const [what, changedWish, changedForm, error, code] of refusals) {
      it(`refuses ${what}, issues nothing and records the refusal`, async () => {
        const answer = await exchange(await assertion(), wish(changedWish), changedForm)
        expect(answer.status).toBe(400)
        expect(answer.json()).toMatchObject({ error, countersign_code: code })
        expect(answer.json()).not.toHaveProperty('access_token')
        expect(await gateway.fresh.store.tasks.list(TENANT)).toEqual([])
        expect(await lastEntry()).toMatchObject({
          type: 'access.refused',
          actor: { kind: 'agent', id: mine.agent.id },
          data: { reason: code },
        })
      })
    }

    it('finds no case of another tenant, by number or by id', async () => {
      const foreign = await openCase(gateway, 'other', 'INC-777')
      for (const ref of ['INC-777', foreign]) {
        const answer = await exchange(await assertion(), wish({ case: ref }))
        expect(answer.json()).toMatchObject({ countersign_code: 'not_found' })
      }
    })

    it('refuses a closed case, also for renewal', async () => {
      const first = (await exchange(await assertion())).json()
      const [details] = first.authorization_details as { task: string }[]
      await putCase(gateway.deps, {
        tenant: TENANT,
        by: SYSTEM,
        externalRef: 'INC-482',
        title: 'done',
        state: 'closed',
        severity: 2,
        tags: [],
        source: 'desk',
      })
      for (const wanted of [wish(), { task: details?.task }]) {
        const answer = await exchange(await assertion(), wanted)
        expect(answer.json()).toMatchObject({
          error: 'invalid_grant',
          countersign_code: 'case_closed',
        })
      }
    })

    it('refuses a closed task and one of another agent', async () => {
      const first = (await exchange(await assertion())).json()
      const [details] = first.authorization_details as { task: string }[]
      const other = await registerActiveAgent(gateway, { name: 'other' })
      const stolen = await exchange(await assertion({}, other.workload), { task: details?.task })
      expect(stolen.json()).toMatchObject({ countersign_code: 'not_found' })
      await closeTask(gateway.deps, {
        tenant: TENANT,
        by: SYSTEM,
        taskId: details?.task ?? '',
        reason: 'done',
      })
      const closed = await exchange(await assertion(), { task: details?.task })
      expect(closed.json()).toMatchObject({
        error: 'invalid_grant',
        countersign_code: 'task_closed',
      })
    })

    it('refuses a renewal whose purpose differs from the task', async () => {
      const first = (await exchange(await assertion())).json()
      const [details] = first.authorization_details as { task: string }[]
      const answer = await exchange(await assertion(), { task: details?.task, purpose: 'respond' })
      expect(answer.json()).toMatchObject({ countersign_code: 'details_invalid' })
    })

    for (const state of ['suspended', 'retired'] as const) {
      it(`refuses an agent that is ${state}`, async () => {
        await changeAgentState(gateway.deps, {
          tenant: TENANT,
          by: SYSTEM,
          agentId: mine.agent.id,
          state,
        })
        const answer = await exchange(await assertion())
        expect(answer.json()).toMatchObject({
          error: 'unauthorized_client',
          countersign_code: 'agent_not_active',
        })
        expect(await lastEntry()).toMatchObject({ data: { reason: 'agent_not_active' } })
      })
    }
  })

  describe('a form that cannot be read', () => {
    it('refuses another grant, a repeated parameter, another media type and JSON', async () => {
      const size = await gateway.size()
      const good = exchangeForm(await assertion(), RESOURCE, wish())
      const cases: readonly (readonly [string, string, string])[] = [
        [good.replace('token-exchange', 'jwt-bearer'), FORM, 'unsupported_grant_type'],
        [`${good}&actor_token=again`, FORM, 'invalid_request'],
        [`${good}&x=%ff`, FORM, 'invalid_request'],
        ['', FORM, 'invalid_request'],
        ['{"grant_type":"x"}', 'application/json', 'invalid_request'],
      ]
      for (const [bytes, type, error] of cases) {
        const answer = await gateway.send('POST', '/oauth/token', { raw: { type, bytes } })
        expect(answer.status).toBeGreaterThanOrEqual(400)
        expect(answer.json()).toMatchObject({ error })
      }
      const bare = await gateway.send('POST', '/oauth/token')
      expect([bare.status, bare.json().error]).toEqual([400, 'invalid_request'])
      expect(await gateway.size()).toBe(size)
    })

    it('limits how often one address may ask', async () => {
      const limited = await openRestGateway(engine, undo, { rateLimits: { api: 100, token: 2 } })
      const ask = () =>
        limited.send('POST', '/oauth/token', { raw: { type: FORM, bytes: 'grant_type=x' } })
      expect((await ask()).status).toBe(400)
      expect((await ask()).status).toBe(400)
      const third = await ask()
      expect(third.status).toBe(429)
      expect(third.headers.get('retry-after')).not.toBeNull()
      expect(third.json()).toMatchObject({ countersign_code: 'rate_limited' })
    })
  })
})
