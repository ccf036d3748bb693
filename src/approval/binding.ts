/**
 * What a yes is bound to. The fingerprint says "exactly this call"; the action statement adds the rule, the
 * targets, the evidence shown and an end. Its digest is what a person signs, and what dispatch compares.
 */
import type { Target } from '../catalogue/tool.ts'
import { canonicalText, digestOfJson } from '../kernel/canonical-json.ts'
import { instantText } from '../kernel/clock.ts'
import type { Digest } from '../kernel/digest.ts'
import type { JsonObject } from '../kernel/strict-json.ts'
import type { Need } from './request.ts'

/** Identity of a call: the same one again attaches to the same request (DESIGN 2). */
export function fingerprintOf(
  tenant: string,
  task: string,
  upstream: string,
  name: string,
  definitionDigest: Digest,
  args: JsonObject,
): Digest {
  return digestOfJson('countersign-call-v1', {
    arguments: args,
    definition: definitionDigest,
    name,
    task,
    tenant,
    upstream,
  })
}

export type ActionStatement = {
  readonly v: 1
  readonly tenant: string
  readonly request: string
  readonly fingerprint: Digest
  readonly action: string
  readonly targets: readonly { readonly kind: string; readonly id: string }[]
  readonly rule: Digest
  readonly needs: readonly { readonly role: string; readonly strength: string }[]
  readonly policies: readonly string[]
  /** Digest of the package of facts the person is shown. */
  readonly evidence: Digest
  /** RFC 3339, UTC: after this the statement signs nothing. */
  readonly expires_at: string
  /** The request id again would do; a nonce keeps two statements apart even if ids ever repeat. */
  readonly nonce: string
}

export type Bound = { readonly statement: string; readonly actionDigest: Digest }

/** Builds the statement and its digest. */
export function bindAction(parts: {
  readonly tenant: string
  readonly request: string
  readonly fingerprint: Digest
  readonly action: string
  readonly targets: readonly Target[]
  readonly ruleDigest: Digest
  readonly needs: readonly Need[]
  readonly evidence: Digest
  readonly expiresAtMs: number
  readonly nonce: string
}): Bound {
  const statement: ActionStatement = {
    v: 1,
    tenant: parts.tenant,
    request: parts.request,
    fingerprint: parts.fingerprint,
    action: parts.action,
    targets: parts.targets.map(({ kind, id }) => ({ kind, id })),
    rule: parts.ruleDigest,
    needs: parts.needs.map(({ role, strength }) => ({ role, strength })),
    policies: policiesOf(parts.needs),
    evidence: parts.evidence,
    expires_at: instantText(parts.expiresAtMs),
    nonce: parts.nonce,
  }
  return {
    statement: canonicalText(statement),
    actionDigest: digestOfJson('countersign-action-v1', statement),
  }
}

/** All policy ids the needs discharge, sorted, once each. */
export function policiesOf(needs: readonly Need[]): readonly string[] {
  return [...new Set(needs.flatMap((need) => need.policyIds))].sort()
}
