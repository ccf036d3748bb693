/** Governed calls over plain HTTP: another way in, the same enforcement. */
import type { FastifyReply, FastifyRequest } from 'fastify'
import { callAnswered, callBody, callPending } from '../../contract/calls.ts'
import type { CallAnswer } from '../../enforcement/intent.ts'
import type { FrameBack } from '../../enforcement/upstream.ts'
import { FAILURES, type FailureCode } from '../../kernel/failure.ts'
import type { JsonObject } from '../../kernel/strict-json.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { sessionOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { PROBLEM_TYPE, problemOf } from './problem.ts'

const TAGS = ['calls']

export function callRoutes(app: App, deps: RestDeps): void {
  app.post(
    '/api/v1/calls',
    {
      schema: {
        tags: TAGS,
        body: callBody,
        response: { ...answers(callAnswered), 202: callPending },
      },
    },
    async (request, reply) => {
      const { tool, arguments: args, approval_id: approvalId, hold_ms: holdMs } = request.body
      const { recommendation } = request.body
      const back: FrameBack = { signal: goneSignal(reply) }
      const own = deps.gatewayTools.find((candidate) => candidate.name === tool)
      if (own !== undefined) {
        const answer = await own.run(sessionOf(request), args, back)
        return answer.kind === 'call'
          ? sendAnswer(deps, request, reply, answer.answer)
          : reply.send({ kind: 'complete', is_error: answer.isError, result: answer.structured })
      }
      const session = sessionOf(request)
      // A name nobody knows is still decided, and recorded as the attempt it is.
      const unknown = { upstream: '', kind: 'tool', name: tool } as const
      const { upstream, kind, name } = (await deps.toolByName(session, tool)) ?? unknown
      const answer = await deps.enforce({
        session,
        upstream,
        kind,
        name,
        arguments: args,
        // Nobody keeps the call alive once the answer is out: it runs again only when asked for again.
        claim: 'none',
        holdMs,
        back,
        ...(approvalId === undefined ? {} : { approvalId }),
        ...(recommendation === undefined ? {} : { recommendation }),
      })
      return sendAnswer(deps, request, reply, answer)
    },
  )
}

/** Fires when the caller hangs up before it has its answer. */
function goneSignal(reply: FastifyReply): AbortSignal {
  const gone = new AbortController()
  reply.raw.on('close', () => {
    if (!reply.raw.writableFinished) gone.abort()
  })
  return gone.signal
}

function sendAnswer(
  deps: RestDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  answer: CallAnswer,
) {
  switch (answer.kind) {
    case 'answered':
      return reply.code(200).send(answeredWire(answer))
    case 'pending':
      return reply.code(202).send({
        code: 'pending_approval',
        call: answer.callId,
        approval: answer.approvalId,
        role: answer.role,
        action: answer.action,
        expires_at_ms: answer.expiresAtMs,
        next: FAILURES.pending_approval.next,
        questions: answer.questions.map(({ id, text }) => ({ id, text })),
      })
    case 'refused': {
      const { code, detail, policyIds } = answer.refusal
      return sendProblem(deps, request, reply, code, detail, {
        call: answer.callId,
        policies: policyIds,
        approval: answer.approvalId,
        suggested_arguments: answer.suggestedArguments,
      })
    }
    case 'rpc-error':
      return sendProblem(deps, request, reply, 'upstream_failed', answer.message, {
        call: answer.callId,
        rpc_code: answer.rpcCode,
        rpc_data: answer.data,
      })
  }
}

function answeredWire(answer: Extract<CallAnswer, { kind: 'answered' }>) {
  const { kind, result, isToolError } = answer.answer
  const { monitored, stale } = answer
  return {
    call: answer.callId,
    evidence: answer.evidenceId,
    kind,
    is_error: isToolError,
    result: result satisfies JsonObject,
    ...(stale === undefined ? {} : { stale: [...stale] }),
    monitored:
      monitored === undefined
        ? undefined
        : { code: monitored.code, detail: monitored.detail, policies: [...monitored.policyIds] },
  }
}

function sendProblem(
  deps: RestDeps,
  request: FastifyRequest,
  reply: FastifyReply,
  code: FailureCode,
  detail: string,
  extra: Readonly<Record<string, unknown>>,
) {
  const place = { baseUrl: deps.baseUrl, requestId: request.id }
  return reply
    .code(FAILURES[code].status)
    .type(PROBLEM_TYPE)
    .send(problemOf(place, code, detail, extra))
}
