/**
 * Our codes as OAuth errors. RFC 8693 section 2.2.2 wants `invalid_request` for a subject or actor token that is
 * invalid for any reason; RFC 9396 section 5 names `invalid_authorization_details`; the rest is RFC 6749.
 */
import type { FastifyError } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import type { FailureCode } from '../../kernel/failure.ts'
import { FAILURES, Failure } from '../../kernel/failure.ts'

export type OauthError = {
  readonly status: number
  readonly body: {
    readonly error: string
    readonly error_description: string
    readonly countersign_code: FailureCode
    readonly countersign_next: string
  }
}

/** Not listed: `invalid_request`. */
const ERRORS: { readonly [code in FailureCode]?: string } = {
  grant_type_unknown: 'unsupported_grant_type',
  resource_unknown: 'invalid_target',
  details_invalid: 'invalid_authorization_details',
  json_malformed: 'invalid_authorization_details',
  json_duplicate_key: 'invalid_authorization_details',
  json_unsafe_number: 'invalid_authorization_details',
  json_too_deep: 'invalid_authorization_details',
  json_too_large: 'invalid_authorization_details',
  not_found: 'invalid_authorization_details',
  tool_not_granted: 'invalid_scope',
  agent_not_active: 'unauthorized_client',
  case_closed: 'invalid_grant',
  task_closed: 'invalid_grant',
  task_expired: 'invalid_grant',
  ledger_unwritable: 'temporarily_unavailable',
  store_busy: 'temporarily_unavailable',
  rate_limited: 'temporarily_unavailable',
}

export function oauthErrorOf(error: unknown): OauthError {
  const failure = failureOf(error)
  const { status, who, next } = FAILURES[failure.code]
  const isOurs = who === 'us' || who === 'operator'
  return {
    // RFC 6749 section 5.2: 400, whatever a resource server would answer; load and defects keep their own.
    status: isOurs || status === 429 || status === 413 || status === 415 ? status : 400,
    body: {
      error: ERRORS[failure.code] ?? (isOurs ? 'server_error' : 'invalid_request'),
      error_description: describe(failure.message),
      countersign_code: failure.code,
      countersign_next: next,
    },
  }
}

function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    return new Failure('request_invalid', 'the request has no form', { cause: error })
  }
  const code = error instanceof Error ? (error as FastifyError).code : undefined
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new Failure(
      'media_type_unsupported',
      'the token endpoint reads application/x-www-form-urlencoded',
    )
  }
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return new Failure('json_too_large', 'the form is too large')
  return new Failure('internal', 'an unexpected error; it is in the log of the gateway', {
    cause: error,
  })
}

/** RFC 6749 section 5.2 allows only these characters in a description. */
function describe(text: string): string {
  return text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, "'")
}
