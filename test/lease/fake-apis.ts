/** Four token services as their published APIs say, in memory. Each keeps what lives, so that a test can look. */
import type { Clock } from '../../src/kernel/clock.ts'
import type { Asked, Told } from './api-server.ts'

export const VAULT_TOKEN = 'canary-own-vault-token'

type LiveToken = { readonly meta: Record<string, string> | null; readonly leases: Set<string> }

/** Tokens, accessors and leases as Vault and OpenBao document them. */
export function fakeVault() {
  const tokens = new Map<string, LiveToken>()
  const leases = new Set<string>()
  let made = 0
  const gone = (what: string): Told => ({ status: 400, json: { errors: [what] } })
  const answer = ({ method, path, headers, body }: Asked): Told => {
    const token = headers['x-vault-token']
    const sent = body === '' ? {} : (JSON.parse(body) as Record<string, unknown>)
    if (headers['x-vault-request'] !== 'true') return { status: 400, json: { errors: ['header'] } }
    if (path === '/v1/auth/token/create' && token === VAULT_TOKEN) {
      made += 1
      tokens.set(`a${made}`, { meta: sent.meta as Record<string, string>, leases: new Set() })
      const seconds = Number(String(sent.ttl).replace('s', ''))
      const auth = { client_token: `t${made}`, accessor: `a${made}`, policies: sent.policies }
      return { status: 200, json: { auth: { ...auth, lease_duration: seconds, renewable: false } } }
    }
    if (path === '/v1/database/creds/read-web-1') {
      const own = tokens.get(String(token).replace('t', 'a'))
      if (own === undefined) return { status: 403, json: { errors: ['permission denied'] } }
      const lease = `database/creds/read/${made}`
      own.leases.add(lease)
      leases.add(lease)
      const data = { username: `v-${made}`, password: `canary-lent-${made}` }
      return { status: 200, json: { lease_id: lease, lease_duration: 3600, renewable: true, data } }
    }
    if (path === '/v1/kv/static') {
      return { status: 200, json: { lease_id: '', lease_duration: 2764800, data: { key: 'x' } } }
    }
    if (token !== VAULT_TOKEN) return { status: 403, json: { errors: ['permission denied'] } }
    if (method === 'PUT' && path === '/v1/sys/leases/revoke') {
      return leases.delete(String(sent.lease_id)) ? { status: 204 } : gone('invalid lease')
    }
    if (path === '/v1/auth/token/revoke-accessor') {
      const found = tokens.get(String(sent.accessor))
      if (found === undefined) return gone('invalid accessor')
      for (const lease of found.leases) leases.delete(lease)
      tokens.delete(String(sent.accessor))
      return { status: 204 }
    }
    if (path === '/v1/auth/token/accessors?list=true') {
      return { status: 200, json: { data: { keys: [...tokens.keys(), 'expired-meanwhile'] } } }
    }
    if (path === '/v1/auth/token/lookup-accessor') {
      const found = tokens.get(String(sent.accessor))
      if (found === undefined) return { status: 403, json: { errors: ['invalid accessor'] } }
      return { status: 200, json: { data: { accessor: sent.accessor, meta: found.meta } } }
    }
    return { status: 404, json: { errors: [] } }
  }
  return { answer, tokens, leases }
}

const HOUR_MS = 3_600_000

/** Installation 42. */
export function fakeGithub(clock: Clock) {
  const live = new Set<string>()
  let made = 0
  const answer = ({ method, path, headers, body }: Asked): Told => {
    const bearer = String(headers.authorization).replace('Bearer ', '')
    if (headers['user-agent'] === undefined) return { status: 403 }
    if (method === 'POST' && path === '/api/v3/app/installations/42/access_tokens') {
      const sent = JSON.parse(body) as { repositories: string[]; permissions: object }
      made += 1
      live.add(`ghs_canary${made}`)
      const json = {
        token: `ghs_canary${made}`,
        expires_at: new Date(clock.nowMs() + HOUR_MS).toISOString().replace('.000', ''),
        permissions: { ...sent.permissions, metadata: 'read' },
        repository_selection: 'selected',
        repositories: sent.repositories.map((name, id) => ({ id, name, full_name: `soc/${name}` })),
      }
      return { status: 201, json }
    }
    if (method === 'DELETE' && path === '/api/v3/installation/token') {
      return live.delete(bearer)
        ? { status: 204 }
        : { status: 401, json: { message: 'Bad credentials' } }
    }
    return { status: 404, json: { message: 'Not Found' } }
  }
  return { answer, live }
}

export const CLIENT_SECRET = 'canary-client-secret'
export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'
export const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

/** RFC 6749 section 2.3.1: both halves are form-encoded before they are put together. */
function isClient(authorization: string | undefined): boolean {
  const pair = Buffer.from((authorization ?? '').replace('Basic ', ''), 'base64').toString()
  return pair.split(':').map(decodeURIComponent).join(':') === `gateway:${CLIENT_SECRET}`
}

export function fakeTokenServer() {
  const live = new Set<string>()
  let made = 0
  const answer = ({ path, headers, body }: Asked): Told => {
    const form = new URLSearchParams(body)
    if (!isClient(headers.authorization)) return { status: 401, json: { error: 'invalid_client' } }
    if (path === '/revoke') {
      live.delete(form.get('token') ?? '')
      return { status: 200 }
    }
    if (form.get('scope') === 'forbidden') return { status: 400, json: { error: 'invalid_scope' } }
    made += 1
    const token = form.get('scope') === 'jwt' ? `e30.e30.canary${made}` : `canary-token-${made}`
    live.add(token)
    const isExchange = form.get('grant_type') === EXCHANGE
    return {
      status: 200,
      json: {
        ...{ access_token: token, token_type: 'Bearer', expires_in: 60 },
        ...(isExchange ? { issued_token_type: ACCESS_TOKEN } : {}),
      },
    }
  }
  return { answer, live }
}

export function stsAnswer(
  clock: Clock,
  seconds: number,
  packed = '<PackedPolicySize>6</PackedPolicySize>',
): string {
  const end = new Date(clock.nowMs() + seconds * 1000).toISOString()
  return `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult>
    <AssumedRoleUser><AssumedRoleId>AROA1:cs-x</AssumedRoleId>
    <Arn>arn:aws:sts::123456789012:assumed-role/soc/cs-x</Arn></AssumedRoleUser>
    <Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>
    <SecretAccessKey>canary/lent+key</SecretAccessKey><SessionToken>canary/token==</SessionToken>
    <Expiration>${end}</Expiration></Credentials>${packed}</AssumeRoleResult></AssumeRoleResponse>`
}

/** AssumeRole of the query API: answers whoever has a signature, with the life that was asked for. */
export function fakeSts(clock: Clock, { headers, body }: Asked): Told {
  const form = new URLSearchParams(body)
  if (!String(headers.authorization).startsWith('AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/')) {
    return stsError(403, 'SignatureDoesNotMatch')
  }
  return { status: 200, text: stsAnswer(clock, Number(form.get('DurationSeconds'))) }
}

export function stsError(status: number, code: string): Told {
  const text = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>canary-words</Message></Error></ErrorResponse>`
  return { status, text }
}
