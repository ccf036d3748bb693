import { generateKeyPairSync } from 'node:crypto'
import { jwtVerify } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createGithubBroker } from '../../src/adapters/broker-github.ts'
import type { GithubBrokerSpec } from '../../src/adapters/broker-spec.ts'
import { fieldsOf } from '../../src/lease/material.ts'
import type { CredentialBroker } from '../../src/lease/ports.ts'
import { toldAsTheyAre } from './api-faults.ts'
import { type ApiServer, startApi } from './api-server.ts'
import { fakeGithub } from './fake-apis.ts'
import { clockAt, heldOf, requestFor, SIGNAL } from './lease-request.ts'

const clock = clockAt(1_782_900_000_000)
const HOUR_MS = 3_600_000
/** As GitHub gives it: PKCS #1. */
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 })
const PEM = pair.privateKey.export({ format: 'pem', type: 'pkcs1' }).toString()

describe('a GitHub App (contract: an HTTP server after the published API)', () => {
  let github = fakeGithub(clock)
  let server: ApiServer
  let spec: GithubBrokerSpec
  let broker: CredentialBroker

  beforeAll(async () => {
    server = await startApi((asked) => github.answer(asked))
  })
  beforeEach(() => {
    github = fakeGithub(clock)
    server.forget()
    spec = {
      id: 'github',
      kind: 'github',
      url: `${server.url}/api/v3`,
      app: 'Iv1.example',
      installation: '42',
      privateKey: () => PEM,
      maxTtlMs: 600_000,
      terms: [
        {
          tools: ['log__search'],
          repositories: ['rules-{device}'],
          permissions: { contents: 'read' },
        },
      ],
    }
    broker = createGithubBroker(spec, { clock })
  })
  afterAll(() => server.close())

  toldAsTheyAre(() => ({
    ...{ broker, server, clock, path: /access_tokens/, ttlMs: 60_000 },
    secrets: [PEM.slice(40, 90)],
  }))

  it('asks with a short proof of the app for the repositories and permissions of the terms', async () => {
    const issued = await broker.issue(requestFor(clock), SIGNAL)
    expect(fieldsOf(issued.material)).toEqual({ token: 'ghs_canary1' })
    const [asked] = server.asked
    expect(JSON.parse(asked?.body ?? '')).toEqual({
      repositories: ['rules-web-1'],
      permissions: { contents: 'read' },
    })
    const proof = String(asked?.headers.authorization).replace('Bearer ', '')
    const { payload } = await jwtVerify(proof, pair.publicKey, {
      algorithms: ['RS256'],
      issuer: 'Iv1.example',
      currentDate: new Date(clock.nowMs()),
    })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBeLessThanOrEqual(600)
  })

  it('ends its lease before GitHub would, and says what is left if it cannot', async () => {
    const issued = await broker.issue(requestFor(clock), SIGNAL)
    expect(issued).toMatchObject({
      expiresAtMs: clock.nowMs() + 60_000,
      residualUntilMs: clock.nowMs() + HOUR_MS,
      findings: [{ kind: 'outlives_lease', detail: 'it ends 3540 s after the lease' }],
    })
  })

  it('gives the token back, and finds one that is gone already gone [R17]', async () => {
    const request = requestFor(clock)
    const held = heldOf(request, await broker.issue(request, SIGNAL))
    expect(await broker.revoke(held, 'x', SIGNAL)).toEqual({ isRevoked: true })
    expect(github.live.size).toBe(0)
    expect(await broker.revoke(held, 'x', SIGNAL)).toEqual({ isRevoked: true })
  })

  it('knows of no way to take back a token whose answer never came', async () => {
    expect(await broker.revoke(heldOf(requestFor(clock)), 'x', SIGNAL)).toEqual({
      isRevoked: false,
      residualUntilMs: clock.nowMs() + HOUR_MS,
    })
    const later = createGithubBroker(spec, { clock: clockAt(clock.nowMs() + HOUR_MS) })
    expect(await later.revoke(heldOf(requestFor(clock)), 'x', SIGNAL)).toEqual({ isRevoked: true })
  })

  it.each([
    ['a permission more', { permissions: { contents: 'read', administration: 'write' } }],
    ['writing for reading', { permissions: { contents: 'write' } }],
    ['every repository', { repository_selection: 'all' }],
    ['another repository', { repositories: [{ name: 'rules-web-1' }, { name: 'payroll' }] }],
  ])('flags a token with %s', async (_what, change) => {
    const json = {
      token: 'ghs_canary9',
      expires_at: new Date(clock.nowMs() + 60_000).toISOString(),
      permissions: { contents: 'read' },
      repository_selection: 'selected',
      repositories: [{ name: 'rules-web-1' }],
    }
    server.interrupt(/access_tokens/, { status: 201, json: { ...json, ...change } })
    const issued = await broker.issue(requestFor(clock), SIGNAL)
    expect(issued.findings?.map(({ kind }) => kind)).toEqual(['broader_than_asked'])
  })

  it('refuses with a key that is none, and does not show it', async () => {
    const lame = createGithubBroker({ ...spec, privateKey: () => 'canary-not-a-key' }, { clock })
    const error = await lame.issue(requestFor(clock), SIGNAL).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'broker_refused' })
    expect(String(error)).not.toContain('canary')
  })
})
