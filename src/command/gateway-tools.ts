/** The gateway's own tools, as agents see them in `tools/list`. Each acts only on the session's own task. */

import { MAX_QUESTION_TEXT } from '../approval/question.ts'
import type { GatewayTool, GatewayToolAnswer } from '../enforcement/intent.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { type AskParts, answerQuestion } from './ask.ts'
import { type AwaitParts, awaitApproval, MAX_WAIT_MS } from './await-approval.ts'
import type { DecisionParts } from './decision-parts.ts'
import { type HandOverParts, handOverTool } from './hand-over-task.ts'
import { awaitPlan, proposePlanTool } from './plan-tool.ts'
import type { ProposeParts } from './propose-plan.ts'
import { type RecommendParts, recommend } from './recommend.ts'
import { withdraw } from './withdraw.ts'

/** After a yes it runs the call, whatever that does. */
const EXECUTES: JsonObject = { readOnlyHint: false, destructiveHint: true }
const RECORDS: JsonObject = { readOnlyHint: false, destructiveHint: false, openWorldHint: false }

export function makeGatewayTools(
  parts: AwaitParts & RecommendParts & ProposeParts & HandOverParts,
  decisions: AskParts,
): readonly GatewayTool[] {
  return [
    awaitTool(parts),
    recommendTool(parts),
    proposePlanTool(parts),
    handOverTool(parts),
    withdrawTool(decisions),
    answerTool(decisions),
  ]
}

function awaitTool(parts: AwaitParts & ProposeParts): GatewayTool {
  return {
    name: 'countersign_await',
    description:
      'Waits for the decision of a person on a call or plan that is pending approval. After a yes it runs exactly that call and returns its result; the calls of a plan are yours to make.',
    inputSchema: {
      type: 'object',
      properties: {
        approval_id: { type: 'string', description: 'The approval_id of the pending answer.' },
        wait_seconds: { type: 'number', minimum: 0, maximum: MAX_WAIT_MS / 1000, default: 30 },
      },
      required: ['approval_id'],
      additionalProperties: false,
    },
    annotations: EXECUTES,
    run: async (session, args, back): Promise<GatewayToolAnswer> => {
      const seconds = args.wait_seconds ?? 30
      if (typeof seconds !== 'number')
        throw new Failure('arguments_invalid', '"wait_seconds" must be a number')
      const id = textArgument(args, 'approval_id')
      const plan = await awaitPlan(parts, session, id, seconds * 1000, back)
      if (plan !== undefined) return plan
      return { kind: 'call', answer: await awaitApproval(parts, session, id, seconds * 1000, back) }
    },
  }
}

function recommendTool(parts: RecommendParts): GatewayTool {
  return {
    name: 'countersign_recommend',
    description:
      'Records a recommendation for the owner of the case. It executes nothing. Cite evidence ids from _meta["countersign/evidence"] of earlier results.',
    inputSchema: {
      type: 'object',
      properties: {
        summary: { type: 'string', minLength: 1 },
        evidence: { type: 'array', items: { type: 'string' }, maxItems: 100 },
        proposed_action: {
          type: 'object',
          properties: { tool: { type: 'string' }, arguments: { type: 'object' } },
          required: ['tool', 'arguments'],
        },
        confidence: { type: 'number', minimum: 0, maximum: 1 },
        model: {
          type: 'object',
          description: 'What you run on, as you know it.',
          properties: {
            id: { type: 'string' },
            version: { type: 'string' },
            parameters: { type: 'object' },
          },
        },
        prompt_hash: { type: 'string', description: 'Digest of the prompt that led to this.' },
        alternatives: {
          type: 'array',
          items: { type: 'string' },
          description: 'What else was considered.',
        },
      },
      required: ['summary', 'evidence'],
    },
    annotations: RECORDS,
    run: async (session, args): Promise<GatewayToolAnswer> => {
      const made = await recommend(parts, session, args)
      return {
        kind: 'own',
        isError: false,
        structured: { recommendation: made.id, status: made.status, owner: made.owner },
        text: `Recorded as ${made.status}. Nothing happens until the owner decides.`,
      }
    },
  }
}

function withdrawTool(parts: DecisionParts): GatewayTool {
  return {
    name: 'countersign_withdraw',
    description: 'Takes back a call of this task that is pending approval.',
    inputSchema: {
      type: 'object',
      properties: { approval_id: { type: 'string' }, reason: { type: 'string' } },
      required: ['approval_id'],
      additionalProperties: false,
    },
    annotations: RECORDS,
    run: async (session, args): Promise<GatewayToolAnswer> => {
      const reason = typeof args.reason === 'string' ? args.reason : ''
      const { request } = await withdraw(parts, {
        tenant: session.tenant,
        requestId: textArgument(args, 'approval_id'),
        reason,
        by: { kind: 'agent', id: session.agent.id, task: session.task.id },
      })
      return {
        kind: 'own',
        isError: false,
        structured: { approval_id: request.id, state: request.state },
        text: 'Withdrawn.',
      }
    },
  }
}

function answerTool(parts: AskParts): GatewayTool {
  return {
    name: 'countersign_answer',
    description:
      'Answers a question that a person asked about a pending call of this task. The answer is recorded as your claim; it decides nothing.',
    inputSchema: {
      type: 'object',
      properties: {
        approval_id: { type: 'string' },
        question_id: { type: 'string' },
        answer: { type: 'string', minLength: 1, maxLength: MAX_QUESTION_TEXT },
      },
      required: ['approval_id', 'question_id', 'answer'],
      additionalProperties: false,
    },
    annotations: RECORDS,
    run: async (session, args): Promise<GatewayToolAnswer> => {
      const requestId = textArgument(args, 'approval_id')
      const questionId = textArgument(args, 'question_id')
      const answer = textArgument(args, 'answer')
      await answerQuestion(parts, session, { requestId, questionId, answer })
      return {
        kind: 'own',
        isError: false,
        structured: { approval_id: requestId, question_id: questionId, recorded_as: 'claim' },
        text: 'Recorded as your claim. The request still waits: call countersign_await.',
      }
    },
  }
}

function textArgument(args: JsonObject, name: string): string {
  const value = args[name]
  if (typeof value !== 'string' || value === '')
    throw new Failure('arguments_invalid', `"${name}" must be a text`)
  return value
}
