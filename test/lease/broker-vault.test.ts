import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { VaultBrokerSpec } from '../../src/adapters/broker-spec.ts'
import { createVaultBroker } from '../../src/adapters/broker-vault.ts'
import { fieldsOf } from '../../src/lease/material.ts'
import type { CredentialBroker } from '../../src/lease/ports.ts'
import { toldAsTheyAre } from './api-faults.ts'
import { type ApiServer, startApi } from './api-server.ts'
import { fakeVault, VAULT_TOKEN } from './fake-apis.ts'
import { clockAt, heldOf, leasesAt, requestFor, SIGNAL } from './lease-request.ts'

const clock = clockAt(1_782_900_000_000)

describe('Vault and OpenBao (contract: an HTTP server after the published API)', () => {
  let vault = fakeVault()
  let server: ApiServer
  let spec: VaultBrokerSpec
  let broker: CredentialBroker

  beforeAll(async () => {
    server = await startApi((asked) => vault.answer(asked))
  })
  beforeEach(() => {
    vault = fakeVault()
    server.forget()
    spec = {
      id: 'vault',
      kind: 'vault',
      url: `${server.url}/`,
      namespace: 'soc',
      token: () => VAULT_TOKEN,
      mayList: true,
      maxTtlMs: 600_000,
      terms: [
        { tools: ['log__search'], policies: ['soc-read'], path: 'database/creds/read-{device}' },
        { tools: ['log__static'], policies: ['soc-read'], path: 'kv/static' },
      ],
    }
    broker = createVaultBroker(spec, { clock })
  })
  afterAll(() => server.close())

  toldAsTheyAre(() => ({
    ...{ broker, server, clock, path: /token\/create/, ttlMs: 60_000 },
    secrets: [VAULT_TOKEN],
  }))

  it('lends what a token of its own reads: marked, narrow, with an end, and no child of ours', async () => {
    const issued = await broker.issue(requestFor(clock), SIGNAL)
    expect(fieldsOf(issued.material)).toEqual({ username: 'v-1', password: 'canary-lent-1' })
    expect(JSON.parse(server.asked[0]?.body ?? '')).toEqual({
      type: 'service',
      policies: ['soc-read'],
      ttl: '60s',
      explicit_max_ttl: '60s',
      renewable: false,
      no_default_policy: true,
      display_name: 'countersign-vault',
      meta: {
        countersign_broker: 'vault',
        countersign_lease: requestFor(clock).lease,
        countersign_task: 'task-1',
        countersign_agent: 'triage-1',
      },
    })
    expect(server.asked.map(({ headers }) => headers['x-vault-token'])).toEqual([VAULT_TOKEN, 't1'])
    expect(server.asked[0]?.headers['x-vault-namespace']).toBe('soc')
    expect(issued).toMatchObject({
      expiresAtMs: clock.nowMs() + 60_000,
      residualUntilMs: clock.nowMs() + 60_000,
    })
    expect(issued.findings).toBeUndefined()
    expect(issued.handle).not.toContain('canary')
    expect(issued.handle).not.toContain('t1"')
  })

  it('takes back the secret at the engine and the token, and both again without harm [R17]', async () => {
    const request = requestFor(clock)
    const held = heldOf(request, await broker.issue(request, SIGNAL))
    expect(await broker.revoke(held, 'task_ended', SIGNAL)).toEqual({ isRevoked: true })
    expect([vault.tokens.size, vault.leases.size]).toEqual([0, 0])
    expect(server.asked.at(-2)).toMatchObject({ path: '/v1/sys/leases/revoke' })
    expect(JSON.parse(server.asked.at(-2)?.body ?? '')).toMatchObject({ sync: true })
    expect(await broker.revoke(held, 'task_ended', SIGNAL)).toEqual({ isRevoked: true })
  })

  it('does not take a no for gone', async () => {
    const request = requestFor(clock)
    const held = heldOf(request, await broker.issue(request, SIGNAL))
    server.interrupt(/leases\/revoke/, { status: 403, json: { errors: ['permission denied'] } })
    await expect(broker.revoke(held, 'x', SIGNAL)).rejects.toThrow(
      expect.objectContaining({ code: 'broker_refused', message: 'the server answered 403' }),
    )
    server.interrupt(/leases\/revoke/, { status: 503 })
    await expect(broker.revoke(held, 'x', SIGNAL)).rejects.toThrow(
      expect.objectContaining({ code: 'broker_unreachable' }),
    )
  })

  it('finds by its mark what a crash left, and only its own', async () => {
    const request = requestFor(clock, { lease: 'crashed' })
    await broker.issue(request, SIGNAL)
    const other = createVaultBroker({ ...spec, id: 'other' }, { clock })
    await other.issue(requestFor(clock, { lease: 'of-other' }), SIGNAL)
    vault.tokens.set('a-stranger', { meta: null, leases: new Set() })
    expect(await leasesAt(broker)).toEqual(['crashed'])
    expect(await broker.revoke(heldOf(request), 'x', SIGNAL)).toEqual({ isRevoked: true })
    expect(await leasesAt(broker)).toEqual([])
    expect(await leasesAt(other)).toEqual(['of-other'])
  })

  it('without the right to list says what may be left, and until when', async () => {
    const blind = createVaultBroker({ ...spec, mayList: false }, { clock })
    const request = requestFor(clock)
    expect(await leasesAt(blind)).toEqual([])
    expect(await blind.revoke(heldOf(request), 'x', SIGNAL)).toEqual({
      isRevoked: false,
      residualUntilMs: clock.nowMs() + 60_000,
    })
  })

  it('takes its token back when the secret is not given', async () => {
    server.interrupt(/creds/, { status: 403, json: { errors: ['permission denied'] } })
    await expect(broker.issue(requestFor(clock), SIGNAL)).rejects.toThrow(/answered 403/)
    expect(vault.tokens.size).toBe(0)
  })

  it('refuses a secret that stays, and a root token before it reads anything', async () => {
    await expect(
      broker.issue(requestFor(clock, {}, { tool: 'log__static' }), SIGNAL),
    ).rejects.toThrow(/a secret that stays/)
    const auth = { client_token: 'r', accessor: 'ar', policies: ['root'], lease_duration: 60 }
    server.interrupt(/token\/create/, { status: 200, json: { auth } })
    const before = server.asked.length
    await expect(broker.issue(requestFor(clock), SIGNAL)).rejects.toThrow(/a root token/)
    const paths = server.asked.slice(before).map(({ path }) => path)
    expect(paths).toEqual(['/v1/auth/token/create', '/v1/auth/token/revoke-accessor'])
  })

  it('flags a token that can do more or lives longer than asked', async () => {
    vault.tokens.set('a7', { meta: null, leases: new Set() })
    const auth = { client_token: 't7', accessor: 'a7', policies: ['soc-read', 'default'] }
    server.interrupt(/token\/create/, {
      status: 200,
      json: { auth: { ...auth, lease_duration: 3600 } },
    })
    const issued = await broker.issue(requestFor(clock), SIGNAL)
    expect(issued.findings?.map(({ kind }) => kind)).toEqual([
      'broader_than_asked',
      'outlives_lease',
    ])
    expect(issued.residualUntilMs).toBe(clock.nowMs() + 3_600_000)
    expect(issued.expiresAtMs).toBe(clock.nowMs() + 60_000)
  })
})
