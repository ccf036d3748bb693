/** Everything that goes wrong becomes one RFC 9457 problem, made from the table of failures. */
import type { FastifyError } from 'fastify'
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod'
import type { Problem } from '../../contract/problem.ts'
import type { FailureCode } from '../../kernel/failure.ts'
import { FAILURES, Failure } from '../../kernel/failure.ts'

export const PROBLEM_TYPE = 'application/problem+json'

/** Where problems are explained and this one was made. */
export type ProblemPlace = { readonly baseUrl: string; readonly requestId: string }

/** Codes of the HTTP framework that are the caller's doing. Everything else it throws is ours. */
const FRAMEWORK_CODES: Readonly<Record<string, FailureCode>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'json_too_large',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'request_invalid',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media_type_unsupported',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'request_invalid',
  FST_ERR_BAD_URL: 'request_invalid',
  FST_ERR_MAX_PARAM_LENGTH: 'request_invalid',
}

/** The problem of a code. `extra` members (RFC 9457 section 3.2) never replace the standard ones. */
export function problemOf(
  place: ProblemPlace,
  code: FailureCode,
  detail: string,
  extra: Readonly<Record<string, unknown>> = {},
): Problem {
  const { title, status, next } = FAILURES[code]
  return {
    ...extra,
    type: `${place.baseUrl}/problems/${code}`,
    title,
    status,
    detail,
    instance: `urn:uuid:${place.requestId}`,
    code,
    next,
  }
}

/** What a thrown thing means to the caller. What is our own defect says nothing about itself. */
export function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error
  if (hasZodFastifySchemaValidationErrors(error)) {
    return new Failure('request_invalid', validationDetail(error), { cause: error })
  }
  const known = FRAMEWORK_CODES[frameworkCodeOf(error)]
  if (known !== undefined) {
    return new Failure(known, error instanceof Error ? error.message : known, { cause: error })
  }
  return new Failure('internal', 'an unexpected error; it is in the log of the gateway', {
    cause: error,
  })
}

function frameworkCodeOf(error: unknown): string {
  return error instanceof Error ? ((error as FastifyError).code ?? '') : ''
}

/** How many places a detail names; a caller mends them one by one anyway. */
const MAX_ISSUES = 5

/** `body.severity: expected a number; ...`. Names places and rules, never what was sent. */
function validationDetail(error: {
  readonly validation: readonly { readonly instancePath: string; readonly message?: string }[]
  readonly validationContext?: string | undefined
}): string {
  const place = error.validationContext ?? 'request'
  const issues = error.validation.slice(0, MAX_ISSUES).map(({ instancePath, message }) => {
    const path = instancePath.replaceAll('/', '.')
    return `${place}${path}: ${message ?? 'not valid'}`
  })
  return issues.join('; ')
}
