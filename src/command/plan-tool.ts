/** `countersign_propose_plan`, and waiting for the decision on a plan. */
import { awaitDecision } from '../enforcement/await-decision.ts'
import type { GatewayTool, GatewayToolAnswer } from '../enforcement/intent.ts'
import type { TaskSession } from '../enforcement/session.ts'
import type { FrameBack } from '../enforcement/upstream.ts'
import { instantText } from '../kernel/clock.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import { MAX_WAIT_MS } from './await-approval.ts'
import { type ProposeParts, proposePlan } from './propose-plan.ts'

const BOUND: JsonObject = {
  oneOf: [
    bound('one-of', { values: { type: 'array', minItems: 1 } }),
    bound('cidr', {
      net: { type: 'string', description: 'an address or network inside this one' },
    }),
    bound('prefix', { prefix: { type: 'string' } }),
    bound('pattern', { pattern: { type: 'string', description: '* any characters, ? one' } }),
    bound('range', { min: { type: 'number' }, max: { type: 'number' } }),
  ],
}

function bound(kind: string, rest: JsonObject): JsonObject {
  return {
    type: 'object',
    properties: { kind: { const: kind }, ...rest },
    required: ['kind', ...Object.keys(rest)],
    additionalProperties: false,
  }
}

const STEP: JsonObject = {
  type: 'object',
  properties: {
    tool: { type: 'string', description: 'A name of tools/list.' },
    arguments: { type: 'object', description: 'Exactly these values.' },
    bounds: {
      type: 'object',
      description: 'For arguments that are not known yet: what they may be.',
      additionalProperties: BOUND,
    },
    times: { type: 'integer', minimum: 1, default: 1 },
    agent: {
      type: 'string',
      description: 'The agent that takes the step, where it is another one.',
    },
    compensation: {
      type: 'object',
      description: 'The call that takes the step back, where the catalogue knows none.',
      properties: { tool: { type: 'string' }, arguments: { type: 'object' } },
      required: ['tool', 'arguments'],
      additionalProperties: false,
    },
  },
  required: ['tool'],
  additionalProperties: false,
}

export function proposePlanTool(parts: ProposeParts): GatewayTool {
  return {
    name: 'countersign_propose_plan',
    description:
      'Puts an ordered chain of calls to people as a whole. It executes nothing. After one approval make the calls in this order; each is still decided when it runs. A call that is not the next step stops the plan.',
    inputSchema: {
      type: 'object',
      properties: {
        summary: { type: 'string', description: 'What it is for. Shown as your claim.' },
        steps: { type: 'array', minItems: 1, maxItems: 20, items: STEP },
        max_calls: { type: 'integer', minimum: 1 },
        max_targets: { type: 'integer', minimum: 1 },
        deadline_seconds: { type: 'integer', minimum: 1 },
      },
      required: ['steps'],
      additionalProperties: false,
    },
    annotations: { readOnlyHint: false, destructiveHint: false, openWorldHint: false },
    run: async (session, args): Promise<GatewayToolAnswer> => {
      const by = { kind: 'agent', id: session.agent.id } as const
      const { plan, request } = await proposePlan(parts, {
        session,
        by,
        source: 'agent',
        proposal: args,
      })
      const roles = request.needs.map(({ role }) => role)
      return {
        kind: 'own',
        isError: false,
        structured: {
          plan: plan.id,
          status: 'pending_approval',
          approval_id: request.id,
          plan_digest: plan.digest,
          roles,
          expires_at: instantText(request.expiresAtMs),
          deadline: instantText(plan.deadlineMs),
        },
        text: `The plan waits for: ${roles.join(', ')}. Nothing ran. Call countersign_await with the approval id, then make the calls in order.`,
      }
    },
  }
}

/** Waits like for a call, but a yes runs nothing: the calls are the agent's to make. */
export async function awaitPlan(
  parts: ProposeParts,
  session: TaskSession,
  approvalId: string,
  waitMs: number,
  back: FrameBack,
): Promise<GatewayToolAnswer | undefined> {
  const request = await parts.approvals.byId(session.tenant, approvalId)
  if (request?.plan === undefined || request.task !== session.task.id) return undefined
  const untilMs = parts.clock.nowMs() + Math.min(Math.max(0, waitMs), MAX_WAIT_MS)
  const decided = await awaitDecision(parts, request, untilMs, back.signal)
  const text = {
    pending: 'The plan still waits for a person.',
    approved: 'Approved. Make the calls of the plan in their order.',
    denied: 'A person denied the plan. Do not make its calls.',
    expired: 'Nobody decided the plan in time.',
    cancelled: 'The plan was withdrawn.',
  }[decided.state]
  return {
    kind: 'own',
    isError: false,
    structured: { plan: request.plan, approval_id: request.id, status: decided.state },
    text,
  }
}
