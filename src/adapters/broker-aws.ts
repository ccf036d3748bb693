/**
 * AWS STS: a session of a role for each lease, narrowed by a session policy: it can do what both the role and the
 * policy allow. A session cannot be taken back by itself; it ends with its time, and this says so.
 */
import type { Clock, InstantMs } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import type {
  BrokerCapabilities,
  CredentialBroker,
  HeldLease,
  Issued,
  IssueRequest,
} from '../lease/ports.ts'
import { signedHeaders } from './aws-signature.ts'
import { answered, askBroker, type BrokerAnswer } from './broker-http.ts'
import type { AwsBrokerSpec, AwsTerms } from './broker-spec.ts'
import { checkTtl, filledIn, termsFor } from './broker-terms.ts'
import { oncePerLease } from './once-per-lease.ts'
import { issuedAs } from './service-token.ts'

/** STS refuses less than a quarter of an hour, and more than twelve hours. */
const MIN_TTL_MS = 900_000
const LONGEST_MS = 43_200_000
/** `RoleSessionName`: 2 to 64 characters. It stands in every line of CloudTrail. */
const SESSION = /^[A-Za-z0-9-]{1,60}$/
/** Characters, by the API. */
const MAX_POLICY = 2_048
/** Errors of the client's side that are none: 4xx, and yet another try may help. */
const PASSING = [
  'Throttling',
  'ThrottlingException',
  'RequestLimitExceeded',
  'IDPCommunicationError',
]

export function createAwsBroker(
  spec: AwsBrokerSpec,
  { clock }: { clock: Clock },
): CredentialBroker {
  const capabilities: BrokerCapabilities = {
    perTask: true,
    downscopes: true,
    revokesNow: false,
    killsSessions: false,
    minTtlMs: MIN_TTL_MS,
    maxTtlMs: Math.min(spec.maxTtlMs, LONGEST_MS),
  }
  const broker: CredentialBroker = {
    id: spec.id,
    kind: 'aws',
    capabilities,
    issue: async (request, signal) => {
      checkTtl(request, capabilities)
      return issue(spec, request, signal)
    },
    revoke: async (lease) => {
      const residualUntilMs = endOf(lease)
      if (clock.nowMs() >= residualUntilMs) return { isRevoked: true }
      return { isRevoked: false, residualUntilMs }
    },
    // No `reconcile`: STS keeps no list of its sessions.
  }
  return oncePerLease(broker, clock)
}

/** The handle is the end that STS named. */
function endOf({ handle, expiresAtMs }: HeldLease): InstantMs {
  return handle === undefined ? expiresAtMs : Date.parse(handle)
}

async function issue(
  spec: AwsBrokerSpec,
  request: IssueRequest,
  signal: AbortSignal,
): Promise<Issued> {
  const terms = termsFor(spec.terms, request.scope)
  const policy = filledIn(terms.policy, request.scope)
  if (policy.length > MAX_POLICY)
    throw new Failure('broker_refused', 'the session policy is too long')
  if (!SESSION.test(request.lease))
    throw new Failure('broker_refused', 'the id of the lease is no name')
  const answer = await assumeRole(spec, terms, policy, request, signal)
  const text = textOf(answer)
  const expiration = element(text, 'Expiration')
  const endMs = Date.parse(expiration)
  if (Number.isNaN(endMs)) throw new Failure('broker_refused', 'Expiration is not as documented')
  // STS says how much of the allowed size the policy takes. Who says nothing has not looked at it.
  const isHeld = /<PackedPolicySize>\d+<\/PackedPolicySize>/.test(text)
  return issuedAs(
    {
      fields: {
        access_key_id: element(text, 'AccessKeyId'),
        secret_access_key: element(text, 'SecretAccessKey'),
        session_token: element(text, 'SessionToken'),
      },
      handle: new Date(endMs).toISOString(),
      endMs,
      beyond: isHeld ? [] : ['the answer does not say that the session policy holds'],
    },
    request,
  )
}

async function assumeRole(
  spec: AwsBrokerSpec,
  { roleArn }: AwsTerms,
  policy: string,
  { lease, ttlMs, nowMs }: IssueRequest,
  signal: AbortSignal,
): Promise<BrokerAnswer> {
  const body = new URLSearchParams({
    ...{ Action: 'AssumeRole', Version: '2011-06-15' },
    ...{ RoleArn: roleArn, RoleSessionName: `cs-${lease}`, Policy: policy },
    DurationSeconds: String(Math.floor(ttlMs / 1000)),
  }).toString()
  const request = {
    method: 'POST',
    url: new URL(spec.url),
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' },
    body,
  } as const
  const [accessKeyId, secretAccessKey] = [spec.accessKeyId(), spec.secretAccessKey()]
  const key = { accessKeyId, secretAccessKey, region: spec.region, service: 'sts' }
  const headers = signedHeaders(request, key, nowMs)
  const answer = await askBroker({ ...request, headers, signal })
  if (answer.status === 200) return answer
  throw refusalOf(answer)
}

function refusalOf(answer: BrokerAnswer): Failure {
  const code = /<Code>([A-Za-z.]{1,64})<\/Code>/.exec(textOf(answer))?.[1]
  if (code === undefined) return answered(answer.status)
  return new Failure(
    PASSING.includes(code) ? 'broker_unreachable' : 'broker_refused',
    `STS answered ${answer.status} ${code}`,
  )
}

function textOf({ bytes }: BrokerAnswer): string {
  return Buffer.from(bytes).toString('utf8')
}

/** The text of the one element of this name. None of those read here can hold markup or an entity. */
function element(text: string, name: string): string {
  const [found, ...others] = text.matchAll(new RegExp(`<${name}>([^<>&]{1,4096})</${name}>`, 'g'))
  const value = found?.[1]
  if (value !== undefined && others.length === 0) return value.trim()
  throw new Failure('broker_refused', `${name} is not as documented`)
}
