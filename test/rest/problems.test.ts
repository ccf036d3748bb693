import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ActiveAgent, RestGateway, Sending, Token } from '../harness/rest-gateway.ts'
import { BASE_URL, openRestGateway, registerActiveAgent } from '../harness/rest-gateway.ts'
import { onSqlite } from '../harness/stores.ts'

const ID = '01900000-0000-7000-8000-000000000000'
const DIGEST = `sha256:${'0'.repeat(64)}`
const JSON_TYPE = 'application/json'

type BadInput = {
  readonly what: string
  readonly method: string
  readonly path: string
  readonly sending: Sending
  readonly status: number
  readonly code: string
  /** A word of the detail that tells the sender where to look. */
  readonly says?: string
}

const goodCase = { title: 'x', state: 'open', severity: 2, source: 'desk' }
const raw = (bytes: string | Uint8Array): Sending => ({ raw: { type: JSON_TYPE, bytes } })
const nested = `${'['.repeat(200)}${']'.repeat(200)}`

// biome-ignore format: a table reads best with one row per line
const BAD_INPUTS: readonly BadInput[] = [
  { what: 'no JSON at all', method: 'PUT', path: '/api/v1/cases/X-1', sending: raw('nonsense'), status: 400, code: 'json_malformed', says: 'offset 0' },
  { what: 'two values', method: 'PUT', path: '/api/v1/cases/X-1', sending: raw('{} {}'), status: 400, code: 'json_malformed' },
  { what: 'bytes that are no UTF-8', method: 'PUT', path: '/api/v1/cases/X-1', sending: raw(Uint8Array.of(0x22, 0xff, 0x22)), status: 400, code: 'json_malformed', says: 'UTF-8' },
  { what: 'a repeated member', method: 'PUT', path: '/api/v1/cases/X-1', sending: raw('{"severity":1,"severity":5}'), status: 400, code: 'json_duplicate_key' },
  { what: 'a number too large to be exact', method: 'PUT', path: '/api/v1/cases/X-1', sending: raw('{"severity":9007199254740993}'), status: 400, code: 'json_unsafe_number' },
  { what: '200 levels of nesting', method: 'PUT', path: '/api/v1/cases/X-1', sending: raw(nested), status: 400, code: 'json_too_deep' },
  { what: 'a body of 10 MB', method: 'PUT', path: '/api/v1/cases/X-1', sending: raw(`"${'x'.repeat(10_000_000)}"`), status: 413, code: 'json_too_large' },
  { what: 'another media type', method: 'PUT', path: '/api/v1/cases/X-1', sending: { raw: { type: 'text/xml', bytes: '<a/>' } }, status: 415, code: 'media_type_unsupported' },
  { what: 'no body', method: 'PUT', path: '/api/v1/cases/X-1', sending: {}, status: 400, code: 'request_invalid' },
  { what: 'an array for an object', method: 'PUT', path: '/api/v1/cases/X-1', sending: raw('[]'), status: 400, code: 'request_invalid' },
  { what: 'an unknown member', method: 'PUT', path: '/api/v1/cases/X-1', sending: { body: { ...goodCase, severty: 1 } }, status: 400, code: 'request_invalid', says: 'severty' },
  { what: 'a prototype member', method: 'PUT', path: '/api/v1/cases/X-1', sending: raw('{"__proto__":{"state":"open"},"title":"x","severity":2,"source":"desk"}'), status: 400, code: 'request_invalid' },
  { what: 'a severity of 0', method: 'PUT', path: '/api/v1/cases/X-1', sending: { body: { ...goodCase, severity: 0 } }, status: 400, code: 'request_invalid', says: 'severity' },
  { what: 'a severity as text', method: 'PUT', path: '/api/v1/cases/X-1', sending: { body: { ...goodCase, severity: '2' } }, status: 400, code: 'request_invalid', says: 'severity' },
  { what: 'a state that does not exist', method: 'PUT', path: '/api/v1/cases/X-1', sending: { body: { ...goodCase, state: 'half-open' } }, status: 400, code: 'request_invalid', says: 'state' },
  { what: 'a report from the future', method: 'PUT', path: '/api/v1/cases/X-1', sending: { body: { ...goodCase, observed_at_ms: 1_782_999_999_999 } }, status: 400, code: 'request_invalid', says: 'future' },
  { what: 'an invisible character in a title', method: 'PUT', path: '/api/v1/cases/X-1', sending: { body: { ...goodCase, title: 'pay\u202eload' } }, status: 400, code: 'request_invalid', says: 'title' },
  { what: 'a source that is no label', method: 'PUT', path: '/api/v1/cases/X-1', sending: { body: { ...goodCase, source: 'our desk!' } }, status: 400, code: 'request_invalid', says: 'source' },
  { what: 'a criticality of 6', method: 'PUT', path: '/api/v1/assets/device/web-1', sending: { body: { criticality: 6, environment: 'lab', never_touch: false, source: 'cmdb' } }, status: 400, code: 'request_invalid', says: 'criticality' },
  { what: 'a never-touch that is no flag', method: 'PUT', path: '/api/v1/assets/device/web-1', sending: { body: { criticality: 1, environment: 'lab', never_touch: 'yes', source: 'cmdb' } }, status: 400, code: 'request_invalid', says: 'never_touch' },
  { what: 'a path that cannot be decoded', method: 'GET', path: '/api/v1/cases/%E0%A4%A', sending: {}, status: 400, code: 'request_invalid' },
  { what: 'a path that does not exist', method: 'GET', path: '/api/v1/nothing', sending: {}, status: 404, code: 'not_found' },
  { what: 'a method that is not allowed', method: 'DELETE', path: '/api/v1/tasks', sending: {}, status: 405, code: 'method_not_allowed' },
  { what: 'an id that is none', method: 'GET', path: '/api/v1/approvals/42', sending: {}, status: 400, code: 'request_invalid', says: 'params' },
  { what: 'an id in upper case', method: 'GET', path: `/api/v1/approvals/${ID.replace('8000', 'ABCD')}`, sending: {}, status: 400, code: 'request_invalid' },
  { what: 'an approval that does not exist', method: 'GET', path: `/api/v1/approvals/${ID}`, sending: {}, status: 404, code: 'not_found' },
  { what: 'a decision about nothing', method: 'POST', path: `/api/v1/approvals/${ID}/approve`, sending: { body: { seen_digest: DIGEST, reason: 'ok' } }, status: 404, code: 'not_found' },
  { what: 'a decision without the digest that was seen', method: 'POST', path: `/api/v1/approvals/${ID}/approve`, sending: { body: { reason: 'ok' } }, status: 400, code: 'request_invalid', says: 'seen_digest' },
  { what: 'an unknown state in a query', method: 'GET', path: '/api/v1/approvals?state=maybe', sending: {}, status: 400, code: 'request_invalid', says: 'querystring' },
  { what: 'an unknown query parameter', method: 'GET', path: '/api/v1/approvals?stat=pending', sending: {}, status: 400, code: 'request_invalid', says: 'stat' },
  { what: 'an agent owned by nobody', method: 'POST', path: '/api/v1/agents', sending: { body: { name: 'a', subject: 'spiffe://x/a', owner: ID, grants: [], key: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43) } } }, status: 400, code: 'request_invalid', says: 'owner' },
  { what: 'an agent with a private key', method: 'POST', path: '/api/v1/agents', sending: { body: { name: 'a', subject: 'spiffe://x/a', owner: ID, grants: [], key: { kty: 'EC', crv: 'P-256', x: 'A'.repeat(43), y: 'A'.repeat(43), d: 'A'.repeat(43) } } }, status: 400, code: 'request_invalid', says: 'private' },
  { what: 'an agent with an RSA key', method: 'POST', path: '/api/v1/agents', sending: { body: { name: 'a', subject: 'spiffe://x/a', owner: ID, grants: [], key: { kty: 'RSA', n: 'AQAB', e: 'AQAB' } } }, status: 400, code: 'request_invalid', says: 'P-256' },
  { what: 'an agent that does not exist', method: 'POST', path: `/api/v1/agents/${ID}/activate`, sending: {}, status: 404, code: 'not_found' },
  { what: 'a person with a role that does not exist', method: 'POST', path: '/api/v1/people', sending: { body: { name: 'Bo', email: 'bo@soc.example', roles: ['boss'] } }, status: 400, code: 'request_invalid', says: 'roles' },
  { what: 'a person without a role', method: 'POST', path: '/api/v1/people', sending: { body: { name: 'Bo', email: 'bo@soc.example', roles: [] } }, status: 400, code: 'request_invalid', says: 'roles' },
  { what: 'a person without an address', method: 'POST', path: '/api/v1/people', sending: { body: { name: 'Bo', email: 'nowhere', roles: ['analyst'] } }, status: 400, code: 'request_invalid', says: 'email' },
  { what: 'a shift that ends before it starts', method: 'POST', path: '/api/v1/roster/shifts', sending: { body: { role: 'shift-lead', person: 'SELF', from_ms: 2_000, to_ms: 1_000, source: 'plan' } }, status: 400, code: 'request_invalid', says: 'ends' },
  { what: 'a shift in a role the person does not hold', method: 'POST', path: '/api/v1/roster/shifts', sending: { body: { role: 'privacy-officer', person: 'SELF', from_ms: 1_000, to_ms: 2_000, source: 'plan' } }, status: 400, code: 'request_invalid', says: 'role' },
  { what: 'a task of an agent that does not exist', method: 'POST', path: '/api/v1/tasks', sending: { body: { agent: ID, case: 'INC-482', purpose: 'hunt' } }, status: 404, code: 'not_found' },
  { what: 'a task in a case that does not exist', method: 'POST', path: '/api/v1/tasks', sending: { body: { agent: 'AGENT', case: 'INC-0', purpose: 'hunt' } }, status: 404, code: 'not_found' },
  { what: 'a task for a year', method: 'POST', path: '/api/v1/tasks', sending: { body: { agent: 'AGENT', case: 'INC-482', purpose: 'hunt', lifetime_ms: 31_536_000_000 } }, status: 400, code: 'request_invalid', says: 'lifetime_ms' },
  { what: 'a task wider than the grants', method: 'POST', path: '/api/v1/tasks', sending: { body: { agent: 'AGENT', case: 'INC-482', purpose: 'hunt', scope: ['firewall/*'] } }, status: 403, code: 'tool_not_granted' },
  { what: 'a grant that is none', method: 'POST', path: '/api/v1/agents/AGENT/grants', sending: { body: { grants: ['*'] } }, status: 400, code: 'request_invalid', says: 'grant' },
  { what: 'activating what is active', method: 'POST', path: '/api/v1/agents/AGENT/activate', sending: {}, status: 409, code: 'conflict' },
  { what: 'a review of a tool that does not exist', method: 'POST', path: '/api/v1/tools/logs/none/review', sending: { body: { verdict: 'suspend', seen_digest: DIGEST } }, status: 404, code: 'not_found' },
  { what: 'policy documents that are none', method: 'POST', path: '/api/v1/policies', sending: { body: { documents: { policies: 7 } } }, status: 400, code: 'policy_invalid' },
  { what: 'a stop of an unnamed agent', method: 'POST', path: '/api/v1/stops', sending: { body: { scope: 'agent' } }, status: 400, code: 'request_invalid' },
  { what: 'a stop that is not on', method: 'DELETE', path: `/api/v1/stops/${ID}`, sending: { body: { reason: 'over' } }, status: 404, code: 'not_found' },
  { what: 'an entry beyond the log', method: 'GET', path: '/api/v1/ledger/prove/99999', sending: {}, status: 404, code: 'not_found' },
  { what: 'an export of a case that does not exist', method: 'POST', path: '/api/v1/cases/INC-0/export', sending: {}, status: 404, code: 'not_found' },
]

onSqlite((engine) => {
  const undo: (() => Promise<unknown>)[] = []
  let gateway: RestGateway
  let everybody: Token
  let mine: ActiveAgent

  beforeEach(async () => {
    gateway = await openRestGateway(engine, undo)
    mine = await registerActiveAgent(gateway)
    everybody = await gateway.enrol('ada', [
      'platform-engineer',
      'analyst',
      'shift-lead',
      'auditor',
    ])
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  it('refuses every bad input with a problem that says why, and changes nothing', async () => {
    await gateway.deps.checkpointCovering('main', 0)
    const size = await gateway.size()
    for (const row of BAD_INPUTS) {
      const ids = (text: string) =>
        text.replace('AGENT', mine.agent.id).replace('SELF', everybody.person.id)
      const { body } = row.sending
      const answer = await gateway.send(row.method, ids(row.path), {
        ...row.sending,
        token: everybody.token,
        ...(body === undefined ? {} : { body: JSON.parse(ids(JSON.stringify(body))) }),
      })
      expect([row.what, answer.status, answer.json().code]).toEqual([
        row.what,
        row.status,
        row.code,
      ])
      expect(answer.headers.get('content-type'), row.what).toMatch(/^application\/problem\+json/)
      if (row.says !== undefined) expect(answer.json().detail, row.what).toContain(row.says)
      expect(await gateway.size(), row.what).toBe(size)
    }
  })

  it('answers a problem in exactly one shape', async () => {
    const answer = await gateway.send('GET', `/api/v1/approvals/${ID}`, { token: everybody.token })
    expect(answer.json()).toEqual({
      type: `${BASE_URL}/problems/not_found`,
      title: 'There is no such thing',
      status: 404,
      detail: 'no such approval request',
      instance: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
      code: 'not_found',
      next: 'List what exists first.',
    })
    expect(answer.headers.get('cache-control')).toBe('no-store')
  })

  it('explains each code where the type of a problem points', async () => {
    const answer = await gateway.send('GET', '/problems/not_found')
    expect(answer.json()).toEqual({
      code: 'not_found',
      title: 'There is no such thing',
      status: 404,
      who: 'caller',
      next: 'List what exists first.',
    })
    expect((await gateway.send('GET', '/problems/no_such_code')).status).toBe(404)
  })

  it('names the allowed methods when one is refused', async () => {
    const answer = await gateway.send('PATCH', '/api/v1/agents')
    expect(answer.status).toBe(405)
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST')
  })

  it('says nothing about a defect but its name in the log', async () => {
    const logged: unknown[] = []
    const error = (fields: unknown) => logged.push(fields)
    const broken = await openRestGateway(engine, undo, {
      log: { debug() {}, info() {}, warn() {}, error },
      stops: {
        ...gateway.deps.stops,
        list: () => Promise.reject(new Error('SELECT secret FROM stops')),
      },
    })
    const person = await broken.enrol('eve', ['analyst'])
    const answer = await broken.send('GET', '/api/v1/stops', { token: person.token })
    expect(answer.status).toBe(500)
    expect(answer.json()).toMatchObject({
      code: 'internal',
      title: 'Something went wrong that should not',
    })
    expect(answer.text).not.toContain('SELECT')
    expect(logged).toHaveLength(1)
    expect(logged[0]).toMatchObject({ code: 'internal' })
    expect(answer.json().instance).toBe(`urn:uuid:${(logged[0] as { instance: string }).instance}`)
  })

  it('limits how many requests one address may send, before it looks at them', async () => {
    const limited = await openRestGateway(engine, undo, { rateLimits: { api: 3, token: 3 } })
    for (const status of [401, 401, 401, 429]) {
      expect((await limited.send('GET', '/api/v1/tasks')).status).toBe(status)
    }
    const answer = await limited.send('GET', '/api/v1/tasks')
    expect(answer.json()).toMatchObject({ code: 'rate_limited', status: 429 })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  describe('headers', () => {
    it('sends the headers that keep a browser from guessing and framing', async () => {
      const answer = await gateway.send('GET', '/')
      expect(answer.status).toBe(200)
      expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(answer.text).toContain('/api/openapi.json')
    })
  })
})
