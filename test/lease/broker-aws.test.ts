import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { signedHeaders } from '../../src/adapters/aws-signature.ts'
import { createAwsBroker } from '../../src/adapters/broker-aws.ts'
import type { AwsBrokerSpec } from '../../src/adapters/broker-spec.ts'
import { fieldsOf } from '../../src/lease/material.ts'
import type { CredentialBroker } from '../../src/lease/ports.ts'
import { toldAsTheyAre } from './api-faults.ts'
import { type ApiServer, startApi } from './api-server.ts'
import { fakeSts, stsAnswer, stsError } from './fake-apis.ts'
import { clockAt, heldOf, LEASE, requestFor, SIGNAL } from './lease-request.ts'

const clock = clockAt(1_782_900_000_000)
const TTL_MS = 900_000
const OWN_KEY = 'canary-own-secret-key'
const POLICY = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Action: 'ec2:StopInstances', Resource: 'arn:aws:ec2:*:*:instance/{device}' },
  ],
})

describe('AWS Signature Version 4', () => {
  const key = {
    accessKeyId: 'AKIDEXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
    region: 'us-east-1',
    service: 'service',
  }
  const atMs = Date.parse('2015-08-30T12:36:00Z')
  const SCOPE = 'Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request'

  // From the test suite AWS publishes: get-vanilla, post-x-www-form-urlencoded, get-vanilla-query-order-key-case.
  it.each([
    [
      'a plain request',
      'GET',
      '/',
      {},
      '',
      '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31',
    ],
    [
      'a form',
      'POST',
      '/',
      { 'content-type': 'application/x-www-form-urlencoded' },
      'Param1=value1',
      'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
    ],
    [
      'a query out of order',
      'GET',
      '/?Param2=value2&Param1=value1',
      {},
      '',
      'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    ],
  ])('signs %s as its own vectors say', (_what, method, path, headers, body, signature) => {
    const url = new URL(`https://example.amazonaws.com${path}`)
    const names =
      Object.keys(headers).length > 0 ? 'content-type;host;x-amz-date' : 'host;x-amz-date'
    const signed = signedHeaders({ method, url, headers: { ...headers }, body }, key, atMs)
    expect(signed).toMatchObject({
      authorization: `AWS4-HMAC-SHA256 ${SCOPE}, SignedHeaders=${names}, Signature=${signature}`,
      'x-amz-date': '20150830T123600Z',
    })
  })
})

describe('AWS STS (contract: an HTTP server after the published API)', () => {
  let server: ApiServer
  let spec: AwsBrokerSpec
  let broker: CredentialBroker

  beforeAll(async () => {
    server = await startApi((asked) => fakeSts(clock, asked))
  })
  beforeEach(() => {
    server.forget()
    spec = {
      id: 'aws',
      kind: 'aws',
      region: 'eu-central-1',
      url: server.url,
      accessKeyId: () => 'AKIDEXAMPLE',
      secretAccessKey: () => OWN_KEY,
      maxTtlMs: 3_600_000,
      terms: [
        { tools: ['log__search'], roleArn: 'arn:aws:iam::123456789012:role/soc', policy: POLICY },
      ],
    }
    broker = createAwsBroker(spec, { clock })
  })
  afterAll(() => server.close())

  toldAsTheyAre(() => ({
    ...{ broker, server, clock, path: /^\/$/, ttlMs: TTL_MS },
    secrets: [OWN_KEY],
  }))

  it('lends a session named after the lease, narrowed to the target of the call', async () => {
    const issued = await broker.issue(requestFor(clock, { ttlMs: TTL_MS }), SIGNAL)
    expect(fieldsOf(issued.material)).toEqual({
      access_key_id: 'ASIAEXAMPLE',
      secret_access_key: 'canary/lent+key',
      session_token: 'canary/token==',
    })
    const form = Object.fromEntries(new URLSearchParams(server.asked[0]?.body))
    expect(form).toMatchObject({
      Action: 'AssumeRole',
      Version: '2011-06-15',
      RoleSessionName: `cs-${LEASE}`,
      DurationSeconds: '900',
    })
    expect(JSON.parse(form.Policy ?? '').Statement[0].Resource).toBe(
      'arn:aws:ec2:*:*:instance/web-1',
    )
    expect(server.asked[0]?.body).not.toContain(OWN_KEY)
    expect(issued.findings).toBeUndefined()
    expect(issued.handle).not.toContain('canary')
  })

  it('says that it cannot be taken back, and until when it can be used', async () => {
    const request = requestFor(clock, { ttlMs: TTL_MS })
    const held = heldOf(request, await broker.issue(request, SIGNAL))
    expect(broker.capabilities).toMatchObject({ revokesNow: false, minTtlMs: 900_000 })
    expect(await broker.revoke(held, 'x', SIGNAL)).toEqual({
      isRevoked: false,
      residualUntilMs: clock.nowMs() + TTL_MS,
    })
    const later = createAwsBroker(spec, { clock: clockAt(clock.nowMs() + TTL_MS) })
    expect(await later.revoke(held, 'x', SIGNAL)).toEqual({ isRevoked: true })
  })

  it('flags a session whose policy may not hold or that lives too long', async () => {
    server.interrupt(/./, { status: 200, text: stsAnswer(clock, 43_200, '') })
    const issued = await broker.issue(requestFor(clock, { ttlMs: TTL_MS }), SIGNAL)
    expect(issued.findings?.map(({ kind }) => kind)).toEqual([
      'broader_than_asked',
      'outlives_lease',
    ])
    expect(issued.residualUntilMs).toBe(clock.nowMs() + 43_200_000)
  })

  it.each([
    [403, 'AccessDenied', 'broker_refused'],
    [400, 'PackedPolicyTooLarge', 'broker_refused'],
    [400, 'Throttling', 'broker_unreachable'],
  ])('takes %i %s for %s and says which', async (status, name, code) => {
    server.interrupt(/./, stsError(status, name))
    const error = await broker
      .issue(requestFor(clock, { ttlMs: TTL_MS }), SIGNAL)
      .catch((e: unknown) => e)
    expect(error).toMatchObject({ code, message: `STS answered ${status} ${name}` })
  })

  it('refuses a target that would widen the policy', async () => {
    const wide = requestFor(clock, { ttlMs: TTL_MS }, { targets: [{ kind: 'device', id: '*' }] })
    await expect(broker.issue(wide, SIGNAL)).rejects.toThrow(/cannot be put into the terms/)
    expect(server.asked).toEqual([])
  })

  it('refuses an answer that names a credential twice', async () => {
    const twice = stsAnswer(clock, 900).replace(
      '<Expiration>',
      '<AccessKeyId>ASIAOTHER</AccessKeyId><Expiration>',
    )
    server.interrupt(/./, { status: 200, text: twice })
    await expect(broker.issue(requestFor(clock, { ttlMs: TTL_MS }), SIGNAL)).rejects.toThrow(
      /AccessKeyId is not as documented/,
    )
  })
})
