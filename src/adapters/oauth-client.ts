/** A client of an authorization server whose every request goes through the bounds of a broker. */
import * as client from 'openid-client'
import { Failure } from '../kernel/failure.ts'
import { parseStrict } from '../kernel/strict-json.ts'
import { answered, askBroker, type BrokerAnswer } from './broker-http.ts'
import type { OauthBrokerSpec } from './broker-spec.ts'

/** RFC 6749 section 5.2, RFC 8693 section 2.2.2, RFC 7009 section 2.2.1, RFC 8707 section 2. */
const KNOWN_ERRORS = [
  'invalid_request',
  'invalid_client',
  'invalid_grant',
  'unauthorized_client',
  'unsupported_grant_type',
  'invalid_scope',
  'invalid_target',
  'unsupported_token_type',
]

export function configurationOf(spec: OauthBrokerSpec, signal: AbortSignal): client.Configuration {
  const { tokenUrl, revocationUrl, clientId, clientSecret } = spec
  const server = {
    issuer: new URL(tokenUrl).origin,
    token_endpoint: tokenUrl,
    ...(revocationUrl === undefined ? {} : { revocation_endpoint: revocationUrl }),
  }
  const authentication = client.ClientSecretBasic(clientSecret())
  const configuration = new client.Configuration(server, clientId, undefined, authentication)
  // Plain HTTP only to this machine; the configuration has seen to that.
  if (tokenUrl.startsWith('http:')) client.allowInsecureRequests(configuration)
  configuration[client.customFetch] = (url, { method, headers, body }) =>
    bounded(url, { method, headers, body: String(body ?? '') }, signal)
  return configuration
}

async function bounded(
  url: string,
  question: { method: string; headers: Record<string, string>; body: string },
  signal: AbortSignal,
): Promise<Response> {
  const { headers, body } = question
  const answer = await askBroker({ url: new URL(url), method: 'POST', headers, body, signal })
  if (answer.status >= 400 && !isOauthError(answer)) throw answered(answer.status)
  const type = answer.bytes.length === 0 ? {} : { 'content-type': 'application/json' }
  const bytes = answer.status === 204 ? null : Buffer.from(answer.bytes)
  return new Response(bytes, { status: answer.status, headers: type })
}

/** Whether it says no in the words of RFC 6749 section 5.2; a proxy before the server says it in others. */
function isOauthError({ bytes }: BrokerAnswer): boolean {
  try {
    const value = parseStrict(bytes)
    return typeof value === 'object' && value !== null && 'error' in value
  } catch {
    return false
  }
}

/** What the library throws, in the words of the port. An answer is never quoted, only an error the standards name. */
export function asBrokerFailure(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof Error && error.cause instanceof Failure) return error.cause
  if (error instanceof client.ResponseBodyError) {
    const known = KNOWN_ERRORS.includes(error.error) ? ` ${error.error}` : ''
    return new Failure('broker_refused', `the server answered ${error.status}${known}`)
  }
  return new Failure('broker_refused', 'the answer is not as documented')
}
