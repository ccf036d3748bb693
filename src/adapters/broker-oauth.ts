/**
 * OAuth 2 towards a tool: client credentials (RFC 6749 section 4.4) or the exchange of a token of ours (RFC 8693) for
 * an access token with the scopes of the terms, taken back by RFC 7009. A token the tool reads by itself, without
 * asking its server, stays usable to its end; this says so.
 */
import * as client from 'openid-client'
import type { Clock } from '../kernel/clock.ts'
import { Failure } from '../kernel/failure.ts'
import type {
  BrokerCapabilities,
  CredentialBroker,
  HeldLease,
  Issued,
  IssueRequest,
  Revocation,
} from '../lease/ports.ts'
import type { OauthBrokerSpec } from './broker-spec.ts'
import { checkTtl, termsFor } from './broker-terms.ts'
import { asBrokerFailure, configurationOf } from './oauth-client.ts'
import { oncePerLease } from './once-per-lease.ts'
import { issuedAs } from './service-token.ts'

const MIN_TTL_MS = 1_000
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

type Handle = { readonly token: string; readonly endMs: number }

export function createOauthBroker(
  spec: OauthBrokerSpec,
  { clock }: { clock: Clock },
): CredentialBroker {
  const capabilities: BrokerCapabilities = {
    perTask: true,
    downscopes: true,
    revokesNow: spec.revocationUrl !== undefined,
    killsSessions: false,
    minTtlMs: MIN_TTL_MS,
    maxTtlMs: spec.maxTtlMs,
  }
  const broker: CredentialBroker = {
    id: spec.id,
    kind: 'oauth',
    capabilities,
    issue: async (request, signal) => {
      checkTtl(request, capabilities)
      return issue(spec, request, signal)
    },
    revoke: (lease, _reason, signal) => revoke(spec, clock, lease, signal),
    // No `reconcile`: no standard lists the tokens of a client.
  }
  return oncePerLease(broker, clock)
}

async function issue(
  spec: OauthBrokerSpec,
  request: IssueRequest,
  signal: AbortSignal,
): Promise<Issued> {
  const { scopes } = termsFor(spec.terms, request.scope)
  const answer = await granted(spec, request, scopes, signal)
  const { access_token: token, expires_in: seconds } = answer
  if (seconds === undefined || seconds <= 0) {
    await giveBack(spec, token, signal).catch(() => undefined)
    throw new Failure('broker_refused', 'the token has no end')
  }
  const endMs = request.nowMs + Math.floor(seconds * 1000)
  // RFC 7009 knows a token by itself alone.
  const handle = JSON.stringify({ token, endMs } satisfies Handle)
  const fields = { token }
  return issuedAs({ fields, handle, endMs, beyond: beyond(scopes, answer.scope) }, request)
}

async function granted(
  spec: OauthBrokerSpec,
  { scope }: IssueRequest,
  scopes: readonly string[],
  signal: AbortSignal,
): Promise<client.TokenEndpointResponse> {
  const parameters = {
    scope: scopes.join(' '),
    ...(spec.sendsResource ? { resource: scope.audience } : {}),
  }
  const { subjectToken, subjectTokenType = ACCESS_TOKEN } = spec
  try {
    const configuration = configurationOf(spec, signal)
    if (subjectToken === undefined) {
      return await client.clientCredentialsGrant(configuration, parameters)
    }
    const answer = await client.genericGrantRequest(configuration, EXCHANGE, {
      ...parameters,
      ...{ subject_token: subjectToken(), subject_token_type: subjectTokenType },
      requested_token_type: ACCESS_TOKEN,
    })
    if (answer.issued_token_type === ACCESS_TOKEN) return answer
    throw new Failure('broker_refused', 'what was exchanged is not an access token')
  } catch (error) {
    throw asBrokerFailure(error)
  }
}

function beyond(asked: readonly string[], given: string | undefined): readonly string[] {
  // RFC 6749 section 5.1: without it, what was asked for was given.
  const more = (given ?? '').split(' ').filter((scope) => scope !== '' && !asked.includes(scope))
  return more.length === 0 ? [] : [`${more.length} scopes go beyond those of the terms`]
}

async function revoke(
  spec: OauthBrokerSpec,
  clock: Clock,
  lease: HeldLease,
  signal: AbortSignal,
): Promise<Revocation> {
  const handle = lease.handle === undefined ? undefined : (JSON.parse(lease.handle) as Handle)
  const residualUntilMs = handle?.endMs ?? lease.expiresAtMs
  if (clock.nowMs() >= residualUntilMs) return { isRevoked: true }
  if (handle === undefined || spec.revocationUrl === undefined) {
    return { isRevoked: false, residualUntilMs }
  }
  await giveBack(spec, handle.token, signal)
  // RFC 7009 section 3: whoever reads the token by itself may not hear of it.
  return { isRevoked: true, ...(isSelfContained(handle.token) ? { residualUntilMs } : {}) }
}

async function giveBack(spec: OauthBrokerSpec, token: string, signal: AbortSignal): Promise<void> {
  if (spec.revocationUrl === undefined) return
  try {
    const hint = { token_type_hint: 'access_token' }
    await client.tokenRevocation(configurationOf(spec, signal), token, hint)
  } catch (error) {
    throw asBrokerFailure(error)
  }
}

/** A JWS in its compact form: three parts. */
function isSelfContained(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)
}
