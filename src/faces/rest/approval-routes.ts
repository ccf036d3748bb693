/** One approval request: what exactly is asked, and the decision of a person. */
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { EMERGENCY_TEXT } from '../../approval/emergency.ts'
import { FAILING_TEXT } from '../../approval/failing-text.ts'
import type { ApprovalRequest } from '../../approval/request.ts'
import type { DecisionInput, DecisionOutcome, Eligibility } from '../../command/decision-ports.ts'
import {
  approval,
  approvalSummary,
  decisionAnswer,
  decisionBody,
} from '../../contract/approvals.ts'
import { idParams } from '../../contract/words.ts'
import { Failure } from '../../kernel/failure.ts'
import type { JsonValue } from '../../kernel/strict-json.ts'
import { parseStrict } from '../../kernel/strict-json.ts'
import { digestToSign } from '../../ledger/sign-again.ts'
import type { App } from './app.ts'
import { answers } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { assertionOf } from './passkey-routes.ts'
import { questionsOf } from './question-wire.ts'
import { approvalWire, receiptsWire } from './wire.ts'

const TAGS = ['approvals']

export function approvalRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/approvals/:id',
    { schema: { tags: TAGS, params: idParams, response: answers(approval) } },
    async (request) => {
      const input = inputOf(request)
      const found = await deps.approvals.byId(input.tenant, input.requestId)
      if (found === undefined) throw new Failure('not_found', 'no such approval request')
      const [statement, shown, eligibility, questions] = await Promise.all([
        partOf(deps, found, found.requestEntry, 'statement'),
        partOf(deps, found, found.requestEntry, 'package'),
        deps.decisions.eligibility(input),
        questionsOf(deps, input.tenant, input.requestId),
      ])
      return {
        ...approvalWire(found),
        statement,
        package: shown,
        eligibility: eligibilityWire(eligibility),
        signs: signsWire(found, eligibility),
        questions,
      }
    },
  )
  app.post(
    '/api/v1/approvals/:id/view',
    { schema: { tags: TAGS, params: idParams, response: answers(approvalSummary) } },
    async (request) => approvalWire(await deps.decisions.view(inputOf(request))),
  )
  decisionRoutes(app, deps)
}

function decisionRoutes(app: App, deps: RestDeps): void {
  const { approve, deny, takeOver } = deps.decisions
  const verbs: Readonly<Record<string, (input: DecisionInput) => Promise<DecisionOutcome>>> = {
    approve,
    deny,
    'take-over': takeOver,
  }
  for (const [verb, decide] of Object.entries(verbs)) {
    app.post(
      `/api/v1/approvals/:id/${verb}`,
      {
        schema: {
          tags: TAGS,
          params: idParams,
          body: decisionBody,
          response: answers(decisionAnswer),
        },
      },
      async (request) =>
        outcomeWire(await decide({ ...inputOf(request), ...decisionOf(request.body) })),
    )
  }
}

/** The person and the request a route speaks of. */
export function inputOf(request: FastifyRequest) {
  const { person } = doerOf(request)
  const { id } = request.params as { readonly id: string }
  return { tenant: person.tenant, person, requestId: id }
}

/** What a person says with a decision, and what their device signed of it. */
export function decisionOf(body: z.output<typeof decisionBody>) {
  const { seen_digest: seenDigest, reason, acknowledged = [], assertion } = body
  const signed = assertion === undefined ? {} : { assertion: assertionOf(assertion) }
  return { seenDigest, reason, acknowledged, ...signed }
}

/** The recorded bytes, not a rendering of them: what is shown is what was digested. */
async function partOf(
  deps: RestDeps,
  { tenant }: Pick<ApprovalRequest, 'tenant'>,
  entry: string,
  name: string,
): Promise<{ state: 'present'; value: JsonValue } | { state: 'erased' }> {
  const payload = await deps.payloads.open(tenant, entry, name)
  if (payload.state === 'erased') return { state: 'erased' }
  return { state: 'present', value: parseStrict(payload.bytes) }
}

/** What the key of whoever asks would sign; the client computes it itself and compares. */
function signsWire({ actionDigest }: ApprovalRequest, { again }: Eligibility) {
  return { digest: digestToSign(actionDigest, again), again }
}

function eligibilityWire(eligibility: Eligibility) {
  const alone = emergencyWire(eligibility)
  if (eligibility.isEligible) {
    const { role, certificate } = eligibility
    return { eligible: true, role, certificate, ...alone }
  }
  const { failing, mayTakeOver, says, next } = eligibility
  return { eligible: false, failing, says, next, may_take_over: mayTakeOver, ...alone }
}

function emergencyWire({ emergency }: Eligibility) {
  if (emergency === undefined) return {}
  const { refusal: failing } = emergency
  if (failing === undefined) return { emergency: { possible: true } }
  return { emergency: { possible: false, failing, says: EMERGENCY_TEXT[failing] } }
}

/** What a verb did, on the wire. */
export function outcomeWire(outcome: DecisionOutcome) {
  return {
    outcome: outcome.kind,
    approval: approvalWire(outcome.request),
    grant: outcome.grantId,
    failing: outcome.failing,
    ...(outcome.failing === undefined ? {} : FAILING_TEXT[outcome.failing]),
    receipts: receiptsWire(outcome.receipts),
  }
}
