/** POST /oauth/token: the form of RFC 8693 in, a task token or an RFC 6749 error out. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { ExchangeInput, IssuedToken } from '../../command/exchange-token.ts'
import { ACCESS_TOKEN_TYPE, exchangeToken } from '../../command/exchange-token.ts'
import { FAILURES, Failure } from '../../kernel/failure.ts'
import { TASK_DETAILS_TYPE } from '../../task/authorization-details.ts'
import type { OauthApp, OauthDeps } from './deps.ts'
import { DEFAULT_TOKEN_RATE } from './deps.ts'
import { readForm } from './form.ts'
import { oauthErrorOf } from './oauth-error.ts'

/** Two JWTs of 8 KiB and 256 KiB of authorization details, percent-encoded: three times that at worst. */
const MAX_FORM_BYTES = 1024 * 1024

const tokenAnswer = z.object({
  access_token: z.string(),
  issued_token_type: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  authorization_details: z.array(z.looseObject({})),
})
const tokenError = z.looseObject({ error: z.string(), error_description: z.string() })

export function tokenRoute(app: OauthApp, deps: OauthDeps): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'buffer', bodyLimit: MAX_FORM_BYTES },
    async (_request: unknown, body: Buffer) => readForm(body),
  )
  app.post(
    '/oauth/token',
    {
      schema: {
        tags: ['oauth'],
        description: 'RFC 8693 token exchange, sent as application/x-www-form-urlencoded',
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
      const form = request.body
      if (!(form instanceof Map)) throw new Failure('request_invalid', 'the request has no form')
      const issued = await exchangeToken(deps, inputOf(form as ReadonlyMap<string, string[]>))
      return reply.headers(NOT_STORED).send(answerOf(issued))
    },
  )
}

/** RFC 6749 section 5.1. */
const NOT_STORED = { 'cache-control': 'no-store', pragma: 'no-cache' }

function inputOf(form: ReadonlyMap<string, readonly string[]>): ExchangeInput {
  const fields = {
    grantType: form.get('grant_type')?.[0],
    actorToken: form.get('actor_token')?.[0],
    actorTokenType: form.get('actor_token_type')?.[0],
    subjectToken: form.get('subject_token')?.[0],
    subjectTokenType: form.get('subject_token_type')?.[0],
    requestedTokenType: form.get('requested_token_type')?.[0],
    authorizationDetails: form.get('authorization_details')?.[0],
  }
  const present = Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  )
  return { ...present, targets: [...(form.get('resource') ?? []), ...(form.get('audience') ?? [])] }
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
      { instance: request.id, code: answer.body.countersign_code, error },
      'a token request failed',
    )
  }
  return reply.code(answer.status).headers(NOT_STORED).type('application/json').send(answer.body)
}
