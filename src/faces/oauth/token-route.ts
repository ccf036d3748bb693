/** POST /oauth/token: the form of RFC 8693 in, a task token or an RFC 6749 error out. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ExchangeInput, IssuedToken } from '../../command/exchange-token.ts'
import { ACCESS_TOKEN_TYPE, exchangeToken } from '../../command/exchange-token.ts'
import type { TokenForm } from '../../contract/oauth.ts'
import { tokenAnswer, tokenError, tokenForm } from '../../contract/oauth.ts'
import { FAILURES, Failure } from '../../kernel/failure.ts'
import { TASK_DETAILS_TYPE } from '../../task/authorization-details.ts'
import type { OauthApp, OauthDeps } from './deps.ts'
import { DEFAULT_TOKEN_RATE } from './deps.ts'
import { readForm } from './form.ts'
import { oauthErrorOf } from './oauth-error.ts'

const FORM_TYPE = 'application/x-www-form-urlencoded'
/** Two JWTs of 8 KiB and 256 KiB of authorization details, percent-encoded: three times that at worst. */
const MAX_FORM_BYTES = 1024 * 1024

export function tokenRoute(app: OauthApp, deps: OauthDeps): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    FORM_TYPE,
    { parseAs: 'buffer', bodyLimit: MAX_FORM_BYTES },
    async (_request: unknown, body: Buffer) => readForm(body),
  )
  app.post(
    '/oauth/token',
    {
      schema: {
        tags: ['oauth'],
        description: 'RFC 8693 token exchange',
        consumes: [FORM_TYPE],
        body: tokenForm,
        response: { 200: tokenAnswer, '4xx': tokenError, '5xx': tokenError },
      },
      config: {
        rateLimit: {
          max: deps.rateLimits?.token ?? DEFAULT_TOKEN_RATE,
          timeWindow: 60_000,
          errorResponseBuilder: (_request, { after }) =>
            new Failure('rate_limited', `the limit of this address is reached; retry in ${after}`),
        },
      },
      errorHandler: (error, request, reply) => sendOauthError(deps, error, request, reply),
    },
    async (request, reply) => {
      const issued = await exchangeToken(deps, inputOf(request.body))
      return reply.headers(NOT_STORED).send(answerOf(issued))
    },
  )
}

/** RFC 6749 section 5.1. */
const NOT_STORED = { 'cache-control': 'no-store', pragma: 'no-cache' }

function inputOf(form: TokenForm): ExchangeInput {
  const fields = {
    grantType: form.grant_type,
    actorToken: form.actor_token,
    actorTokenType: form.actor_token_type,
    subjectToken: form.subject_token,
    subjectTokenType: form.subject_token_type,
    requestedTokenType: form.requested_token_type,
    authorizationDetails: form.authorization_details,
  }
  const present = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  )
  return { ...present, targets: [form.resource ?? [], form.audience ?? []].flat() }
}

function answerOf({ token, issuedAtMs, expiresAtMs, task }: IssuedToken) {
  return {
    access_token: token,
    issued_token_type: ACCESS_TOKEN_TYPE,
    token_type: 'Bearer' as const,
    expires_in: Math.floor((expiresAtMs - issuedAtMs) / 1000),
    authorization_details: [
      {
        type: TASK_DETAILS_TYPE,
        case: task.caseId,
        purpose: task.purpose,
        scope: task.scope,
        task: task.id,
      },
    ],
  }
}

function sendOauthError(
  deps: OauthDeps,
  error: unknown,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const answer = oauthErrorOf(error)
  const { who } = FAILURES[answer.body.countersign_code]
  if (who === 'us' || who === 'operator') {
    deps.log.error(
      { instance: request.id, code: answer.body.countersign_code, err: error },
      'a token request failed',
    )
  }
  return reply.code(answer.status).headers(NOT_STORED).type('application/json').send(answer.body)
}
