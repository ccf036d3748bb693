import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createOauthBroker } from '../../src/adapters/broker-oauth.ts'
import type { OauthBrokerSpec } from '../../src/adapters/broker-spec.ts'
import { fieldsOf } from '../../src/lease/material.ts'
import type { CredentialBroker } from '../../src/lease/ports.ts'
import { toldAsTheyAre } from './api-faults.ts'
import { type ApiServer, startApi } from './api-server.ts'
import { ACCESS_TOKEN, CLIENT_SECRET, EXCHANGE, fakeTokenServer } from './fake-apis.ts'
import { clockAt, heldOf, requestFor, SIGNAL } from './lease-request.ts'

const clock = clockAt(1_782_900_000_000)

describe('OAuth 2 towards a tool (contract: an HTTP server after the RFCs)', () => {
  let tokens = fakeTokenServer()
  let server: ApiServer
  let spec: OauthBrokerSpec
  let broker: CredentialBroker

  beforeAll(async () => {
    server = await startApi((asked) => tokens.answer(asked))
  })
  beforeEach(() => {
    tokens = fakeTokenServer()
    server.forget()
    spec = {
      id: 'idp',
      kind: 'oauth',
      tokenUrl: `${server.url}/token`,
      revocationUrl: `${server.url}/revoke`,
      clientId: 'gateway',
      clientSecret: () => CLIENT_SECRET,
      sendsResource: true,
      maxTtlMs: 600_000,
      terms: [
        { tools: ['log__search'], scopes: ['logs.read', 'logs.count'] },
        { tools: ['log__forbidden'], scopes: ['forbidden'] },
        { tools: ['log__jwt'], scopes: ['jwt'] },
      ],
    }
    broker = createOauthBroker(spec, { clock })
  })
  afterAll(() => server.close())

  toldAsTheyAre(() => ({
    ...{ broker, server, clock, path: /token/, ttlMs: 60_000 },
    secrets: [CLIENT_SECRET],
  }))

  it('asks as itself for the scopes of the terms at the server of the tool (RFC 6749, 8707)', async () => {
    const issued = await broker.issue(requestFor(clock), SIGNAL)
    expect(fieldsOf(issued.material)).toEqual({ token: 'canary-token-1' })
    expect(Object.fromEntries(new URLSearchParams(server.asked[0]?.body))).toEqual({
      grant_type: 'client_credentials',
      scope: 'logs.read logs.count',
      resource: 'https://log.example.test/mcp',
    })
    expect(issued.findings).toBeUndefined()
  })

  it('exchanges a token of ours (RFC 8693), and takes nothing but an access token for it', async () => {
    const exchanging = createOauthBroker({ ...spec, subjectToken: () => 'canary-ours' }, { clock })
    await exchanging.issue(requestFor(clock), SIGNAL)
    expect(Object.fromEntries(new URLSearchParams(server.asked[0]?.body))).toMatchObject({
      grant_type: EXCHANGE,
      subject_token: 'canary-ours',
      subject_token_type: ACCESS_TOKEN,
      requested_token_type: ACCESS_TOKEN,
    })
    const json = {
      access_token: 'x',
      token_type: 'N_A',
      issued_token_type: 'urn:x',
      expires_in: 60,
    }
    server.interrupt(/token/, { status: 200, json })
    await expect(exchanging.issue(requestFor(clock, { lease: 'b' }), SIGNAL)).rejects.toThrow(
      expect.objectContaining({ code: 'broker_refused' }),
    )
  })

  it('gives the token back (RFC 7009) [R17]', async () => {
    const request = requestFor(clock)
    const held = heldOf(request, await broker.issue(request, SIGNAL))
    expect(await broker.revoke(held, 'x', SIGNAL)).toEqual({ isRevoked: true })
    expect(tokens.live.size).toBe(0)
    expect(await broker.revoke(held, 'x', SIGNAL)).toEqual({ isRevoked: true })
  })

  it('says until when a token can be used that a tool reads by itself', async () => {
    const request = requestFor(clock, {}, { tool: 'log__jwt' })
    const held = heldOf(request, await broker.issue(request, SIGNAL))
    expect(await broker.revoke(held, 'x', SIGNAL)).toEqual({
      isRevoked: true,
      residualUntilMs: clock.nowMs() + 60_000,
    })
  })

  it('does not call revoked what the server did not take back', async () => {
    const request = requestFor(clock)
    const held = heldOf(request, await broker.issue(request, SIGNAL))
    server.interrupt(/revoke/, { status: 400, json: { error: 'unsupported_token_type' } })
    await expect(broker.revoke(held, 'x', SIGNAL)).rejects.toThrow(
      expect.objectContaining({ code: 'broker_refused' }),
    )
    server.interrupt(/revoke/, { status: 503 })
    await expect(broker.revoke(held, 'x', SIGNAL)).rejects.toThrow(
      expect.objectContaining({ code: 'broker_unreachable' }),
    )
    const { revocationUrl: _, ...without } = spec
    const plain = createOauthBroker(without, { clock })
    expect(plain.capabilities.revokesNow).toBe(false)
    expect(await plain.revoke(held, 'x', SIGNAL)).toMatchObject({ isRevoked: false })
  })

  it('flags scopes beyond those asked for, and a longer life', async () => {
    const json = {
      access_token: 'x',
      token_type: 'Bearer',
      scope: 'logs.read admin',
      expires_in: 3600,
    }
    server.interrupt(/token/, { status: 200, json })
    const issued = await broker.issue(requestFor(clock), SIGNAL)
    expect(issued.findings?.map(({ kind }) => kind)).toEqual([
      'broader_than_asked',
      'outlives_lease',
    ])
    expect(issued.residualUntilMs).toBe(clock.nowMs() + 3_600_000)
  })

  it('refuses a token without an end, and gives it back', async () => {
    tokens.live.add('endless')
    server.interrupt(/token/, {
      status: 200,
      json: { access_token: 'endless', token_type: 'Bearer' },
    })
    await expect(broker.issue(requestFor(clock), SIGNAL)).rejects.toThrow(/has no end/)
    expect(tokens.live.size).toBe(0)
  })

  it('says what the server says no to', async () => {
    const request = requestFor(clock, {}, { tool: 'log__forbidden' })
    await expect(broker.issue(request, SIGNAL)).rejects.toThrow(/answered 400 invalid_scope/)
    const stranger = createOauthBroker({ ...spec, clientSecret: () => 'canary-wrong' }, { clock })
    const error = await stranger.issue(requestFor(clock), SIGNAL).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'broker_refused' })
    expect(String(error)).not.toContain('canary')
  })
})
