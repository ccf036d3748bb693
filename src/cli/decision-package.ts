/**
 * What a person decides on, fetched and checked at their side: the digest that will be signed is computed here
 * again from what is shown, so that a gateway, or whoever sits in between, cannot show one thing and have
 * another signed.
 */
import { z } from 'zod'
import { approval } from '../contract/approvals.ts'
import { canonicalBytes, digestOfJson } from '../kernel/canonical-json.ts'
import { digestOf } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'
import { digestToSign } from '../ledger/sign-again.ts'
import type { GatewayClient } from './gateway-client.ts'

export type Approval = z.output<typeof approval>

const statement = z.looseObject({
  request: z.string(),
  action: z.string(),
  evidence: z.string(),
  expires_at: z.string(),
  targets: z.array(z.object({ kind: z.string(), id: z.string() })),
})

const shown = z.looseObject({
  tool: z.string(),
  action: z.string(),
  effect: z.string(),
  arguments: z.unknown(),
  reversibility: z.string(),
  inverse: z.object({ tool: z.string(), arguments: z.unknown() }).nullable(),
  collects: z.object({ tool: z.string(), arguments: z.unknown() }).nullish(),
  flags: z.array(z.string()),
  targets: z.array(
    z.object({
      kind: z.string(),
      id: z.string(),
      is_known: z.boolean(),
      criticality: z.number(),
      environment: z.string(),
      labels: z.array(z.string()),
      dependants: z.array(z.string()),
    }),
  ),
  blast_radius: z.object({
    targets: z.number(),
    dependants: z.number(),
    highest_criticality: z.number(),
    basis: z.enum(['inventory', 'assumed_critical']),
  }),
  argument_sources: z.array(
    z.object({ path: z.string(), source: z.string(), evidence: z.array(z.string()) }),
  ),
  searched: z.object({ results: z.number(), of: z.number() }),
  evidence: z.array(
    z.object({
      id: z.string(),
      tool: z.string(),
      at_ms: z.number(),
      labels: z.array(z.string()),
      cited_by: z.array(z.string()),
      supports: z.array(z.string()),
    }),
  ),
  read: z.object({ results: z.number() }),
  consequences: z.record(
    z.string(),
    z.object({ state: z.enum(['known', 'unknown']), values: z.array(z.string()) }),
  ),
  similar: z.array(
    z.object({
      request: z.string(),
      same_action: z.boolean(),
      same_target: z.boolean(),
      action: z.string(),
      state: z.string(),
      reason_code: z.string().nullable(),
      decided_by: z.string().nullable(),
      decided_at_ms: z.number().nullable(),
      outcome: z.string().nullable(),
    }),
  ),
  threshold: z.object({ version: z.string() }),
  modified: z
    .object({
      from: z.string(),
      by: z.string(),
      changes: z.array(
        z.object({
          path: z.string(),
          kind: z.enum(['added', 'removed', 'changed']),
          before: z.unknown().optional(),
          after: z.unknown().optional(),
        }),
      ),
    })
    .nullable(),
  reasons: z.array(
    z.object({
      policy: z.string(),
      requires: z.string(),
      role: z.string(),
      reason: z.string(),
      control: z.string(),
    }),
  ),
  case: z.object({
    external_ref: z.string(),
    title: z.string(),
    severity: z.number(),
    tags: z.array(z.string()),
  }),
  agent: z.object({ name: z.string(), mode: z.string() }),
  task: z.object({ purpose: z.string(), on_behalf_of: z.string() }),
  exposure: z.object({ labels: z.array(z.string()), untrusted_sources: z.array(z.string()) }),
  claim_flags: z.array(z.object({ where: z.string(), code: z.string(), words: z.string() })),
  telemetry_gaps: z.array(z.string()),
  denied_before_in_task: z.number(),
})
export type Shown = z.output<typeof shown>

/** Fetches a request with everything shown. The look is not recorded; `recordView` does that. */
export async function fetchApproval(gateway: GatewayClient, id: string): Promise<Approval> {
  return gateway.get(`/api/v1/approvals/${encodeURIComponent(id)}`, approval)
}

/**
 * The package of a request, after checking that it is what the action digest signs, and a yes with it. Throws
 * `seen_digest_mismatch` when it is not, `payload_unreadable` when the package was erased or is of a kind this
 * version cannot show: nobody decides on what they cannot see.
 */
export function checkedPackage(request: Approval): Shown {
  if (request.statement.state === 'erased' || request.package.state === 'erased') {
    throw new Failure('payload_unreadable', 'what was asked has been erased')
  }
  const signed = statement.safeParse(request.statement.value).data
  const evidence = digestOf('countersign-evidence-v1', canonicalBytes(request.package.value))
  const digest = digestOfJson('countersign-action-v1', request.statement.value)
  const isWhole =
    signed?.request === request.id &&
    signed.action === request.action &&
    signed.evidence === evidence &&
    digest === request.action_digest &&
    request.signs.digest === digestToSign(digest, request.signs.again)
  if (!isWhole) {
    throw new Failure('seen_digest_mismatch', 'what is shown is not what the digest would sign')
  }
  const known = shownOf(request)
  if (typeof known !== 'string') return known
  throw new Failure('payload_unreadable', `this version cannot show the request: ${known}`)
}

/** The package without any check, for lists; or in a few words why there is none to show. */
export function shownOf(request: Approval): Shown | string {
  if (request.package.state === 'erased') return 'erased'
  const known = shown.safeParse(request.package.value)
  return known.success ? known.data : `unknown ${known.error.issues[0]?.path.join('.')}`
}
