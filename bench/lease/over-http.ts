/** Brokers over HTTP against servers that follow the published APIs; the floor is one request to the same server. */
import { generateKeyPairSync } from 'node:crypto'
import { createAwsBroker } from '../../src/adapters/broker-aws.ts'
import { createGithubBroker } from '../../src/adapters/broker-github.ts'
import { createOauthBroker } from '../../src/adapters/broker-oauth.ts'
import { createVaultBroker } from '../../src/adapters/broker-vault.ts'
import type { Clock } from '../../src/kernel/clock.ts'
import type { CredentialBroker } from '../../src/lease/ports.ts'
import { type Asked, startApi, type Told } from '../../test/lease/api-server.ts'
import {
  CLIENT_SECRET,
  fakeGithub,
  fakeSts,
  fakeTokenServer,
  fakeVault,
  VAULT_TOKEN,
} from '../../test/lease/fake-apis.ts'
import type { Lender } from './lender.ts'

const TTL_MS = 60_000
const MAX_TTL_MS = 3_600_000
/** STS lends for a quarter of an hour at least. */
const AWS_TTL_MS = 900_000
const ALL = { tools: ['*'] }

async function lender(
  api: (asked: Asked) => Told,
  make: (url: string) => CredentialBroker,
  ttlMs: number = TTL_MS,
): Promise<Lender> {
  // Before the API itself: a path that costs a server nothing but the answer.
  const server = await startApi((asked) =>
    asked.path === '/floor' ? { status: 200, json: {} } : api(asked),
  )
  const floor = async () => {
    const response = await fetch(`${server.url}/floor`, { method: 'POST', body: '{}' })
    await response.arrayBuffer()
  }
  const close = async () => void (await server.close())
  return { broker: make(server.url), floorName: 'one request', floor, ttlMs, close }
}

export function vaultLender(clock: Clock): Promise<Lender> {
  const terms = [{ ...ALL, policies: ['p'], path: 'database/creds/read-web-1' }] as const
  return lender(fakeVault().answer, (url) =>
    createVaultBroker(
      {
        ...{ id: 'vault', kind: 'vault', url, token: () => VAULT_TOKEN, mayList: false },
        ...{ maxTtlMs: MAX_TTL_MS, terms },
      },
      { clock },
    ),
  )
}

export function awsLender(clock: Clock): Promise<Lender> {
  const secrets = { accessKeyId: () => 'AKIDEXAMPLE', secretAccessKey: () => 'canary' }
  const terms = [{ ...ALL, roleArn: 'arn:aws:iam::123456789012:role/soc', policy: '{}' }]
  const api = (asked: Asked) => fakeSts(clock, asked)
  const make = (url: string) =>
    createAwsBroker(
      {
        id: 'aws',
        kind: 'aws',
        region: 'eu-central-1',
        url,
        ...secrets,
        maxTtlMs: MAX_TTL_MS,
        terms,
      },
      { clock },
    )
  return lender(api, make, AWS_TTL_MS)
}

export function githubLender(clock: Clock): Promise<Lender> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = privateKey.export({ format: 'pem', type: 'pkcs1' }).toString()
  const terms = [{ ...ALL, repositories: ['rules'], permissions: { contents: 'read' } }] as const
  return lender(fakeGithub(clock).answer, (url) =>
    createGithubBroker(
      {
        ...{ id: 'github', kind: 'github', url: `${url}/api/v3`, app: 'Iv1.x', installation: '42' },
        ...{ privateKey: () => pem, maxTtlMs: MAX_TTL_MS, terms },
      },
      { clock },
    ),
  )
}

export function oauthLender(clock: Clock): Promise<Lender> {
  return lender(fakeTokenServer().answer, (url) =>
    createOauthBroker(
      {
        ...{ id: 'idp', kind: 'oauth', tokenUrl: `${url}/token`, revocationUrl: `${url}/revoke` },
        ...{ clientId: 'gateway', clientSecret: () => CLIENT_SECRET, sendsResource: true },
        ...{ maxTtlMs: MAX_TTL_MS, terms: [{ ...ALL, scopes: ['logs.read'] }] },
      },
      { clock },
    ),
  )
}
