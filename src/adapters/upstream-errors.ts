/**
 * What the client library throws, in our own words. The line that matters: `upstream_unreachable` only where
 * the frame surely did not arrive, everything else may have been executed. Messages carry statuses and codes,
 * never bodies, because a server may put a secret or a payload into its error text.
 */
import { ProtocolError, SdkError, SdkErrorCode, SdkHttpError } from '@modelcontextprotocol/client'
import { Failure } from '../kernel/failure.ts'
import type { JsonValue } from '../kernel/strict-json.ts'
import { UpstreamError } from '../kernel/upstream-error.ts'

/** Network errors raised before a byte of the request left. */
const NOT_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** A server that answers so has turned the request away before doing anything. */
const TURNED_AWAY = new Set([400, 401, 403, 404, 405, 406, 411, 413, 415, 421, 429])

/** The failure of a request that was handed to the client. `signal` is the agent's. */
export function fromRequest(error: unknown, signal: AbortSignal): Failure | UpstreamError {
  if (error instanceof Failure || error instanceof UpstreamError) return error
  if (error instanceof ProtocolError) {
    return new UpstreamError(error.code, error.message, error.data as JsonValue | undefined)
  }
  if (signal.aborted) return new Failure('cancelled', 'the agent went away during the call')
  if (error instanceof SdkHttpError) return fromStatus(error.status)
  if (error instanceof SdkError) return fromSdk(error)
  const code = networkCode(error)
  return code !== undefined && NOT_SENT.has(code)
    ? new Failure('upstream_unreachable', `no connection to the tool server (${code})`)
    : new Failure('upstream_failed', `the connection broke (${code ?? 'no code'})`)
}

/** The failure of an attempt to connect: nothing of an agent was sent, whatever went wrong. */
export function fromConnect(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (error instanceof SdkHttpError) {
    return new Failure('upstream_unreachable', `the tool server answered HTTP ${error.status}`)
  }
  const code = error instanceof SdkError ? error.code : networkCode(error)
  return new Failure(
    'upstream_unreachable',
    `no connection to the tool server (${code ?? 'no code'})`,
  )
}

/** The failure that a status other than success stands for. */
export function fromStatus(status: number | undefined): Failure {
  if (status !== undefined && TURNED_AWAY.has(status)) {
    return new Failure('upstream_unreachable', `the tool server turned it away with HTTP ${status}`)
  }
  return new Failure('upstream_failed', `the tool server answered HTTP ${status ?? 'nothing'}`)
}

function fromSdk(error: SdkError): Failure {
  switch (error.code) {
    case SdkErrorCode.RequestTimeout:
      return new Failure('upstream_timeout', 'the tool server did not answer in time')
    case SdkErrorCode.NotConnected:
      return new Failure(
        'upstream_unreachable',
        'the connection was closed before the call was sent',
      )
    case SdkErrorCode.MethodNotSupportedByProtocolVersion:
      return new Failure('upstream_unreachable', 'the tool server has no such method')
    case SdkErrorCode.InvalidResult:
    case SdkErrorCode.UnsupportedResultType:
    case SdkErrorCode.ClientHttpUnexpectedContent:
      return new Failure('upstream_protocol', `the tool server broke the protocol (${error.code})`)
    default:
      return new Failure('upstream_failed', `the connection failed during the call (${error.code})`)
  }
}

/** `fetch` hides the system's error one level down. */
function networkCode(error: unknown): string | undefined {
  for (
    let at: unknown = error, depth = 0;
    at instanceof Error && depth < 4;
    at = at.cause, depth++
  ) {
    if ('code' in at && typeof at.code === 'string') return at.code
  }
  return undefined
}
