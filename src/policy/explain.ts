/** Why a call is decided as it is, in words a person can check against the policy text. */
import type { Digest } from '../kernel/digest.ts'
import { decide } from './decide.ts'
import type { Decision } from './decision.ts'
import { obligationOf } from './obligations.ts'
import type { PolicyHead } from './policy-head.ts'
import type { ActiveBundle } from './ports.ts'
import type { PolicyRequest } from './request.ts'

/** An active bundle whose policies can be read. */
export type ReadableBundle = ActiveBundle & { readonly heads: readonly PolicyHead[] }

export type ExplainedPolicy = {
  readonly id: string
  readonly does: 'permits' | 'forbids' | 'asks'
  readonly owner: string
  readonly reason: string
  readonly control: string
  readonly text: string
  /** The thing in one sentence. */
  readonly sentence: string
}

export type Explanation = {
  readonly decision: Decision
  readonly thresholdsVersion: string
  /** What happened, then one line per deciding policy. */
  readonly sentences: readonly string[]
  readonly policies: readonly ExplainedPolicy[]
}

export function explain(
  bundle: ReadableBundle,
  request: PolicyRequest,
  entryDigest: Digest,
  discharged: readonly string[] = [],
): Explanation {
  const decision = decide(bundle, request, entryDigest, discharged)
  const byId = new Map(bundle.heads.map((head) => [head.id, head]))
  const policies = decision.policyIds.flatMap((id) => {
    const head = byId.get(id)
    return head === undefined ? [] : [explainPolicy(head)]
  })
  return {
    decision,
    thresholdsVersion: bundle.thresholdsVersion,
    sentences: [summary(decision, request), ...policies.map((policy) => policy.sentence)],
    policies,
  }
}

function explainPolicy(head: PolicyHead): ExplainedPolicy {
  const { id, annotations } = head
  const obligation = head.effect === 'forbid' ? obligationOf(id, annotations) : undefined
  const reason = annotations.reason ?? ''
  const does = head.effect === 'permit' ? 'permits' : obligation === undefined ? 'forbids' : 'asks'
  const people =
    obligation === undefined
      ? ''
      : ` (${obligation.requires} by ${[obligation.role, ...obligation.coSigners].join(' and ')})`
  return {
    id,
    does,
    owner: annotations.owner ?? '',
    reason,
    control: annotations.control ?? '',
    text: head.text,
    sentence: `${id} ${does}${people}: ${reason}`,
  }
}

const VERDICTS = { allow: 'Allowed', deny: 'Blocked', hold: 'Pending approval' } as const

function summary(decision: Decision, request: PolicyRequest): string {
  const { call, target, agent, task } = request
  const what = `${call.action} (${call.effect}) on ${target.kind} ${target.id}`
  const who = `by ${agent.mode} agent ${agent.id} in a task to ${task.purpose}`
  const why = decision.kind === 'allow' ? '' : `, ${decision.reason}`
  const monitored = decision.isEnforced ? '' : ' (monitored: the call passes)'
  return `${VERDICTS[decision.kind]}${why}${monitored}: ${what} ${who}.`
}
