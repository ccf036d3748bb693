/** Policy bundles: what decides now, what a change would say, and publishing it. */
import type { z } from 'zod'
import { makeChange } from '../../command/govern-change.ts'
import { checkPolicy } from '../../command/publish-policy.ts'
import {
  activeBundle,
  type bundle,
  bundleList,
  policyCheckAnswer,
  policyDocumentsBody,
  policyExplainBody,
  policyExplanation,
  policyReport,
  policyTestBody,
  policyTestReport,
  publishPolicyAnswer,
} from '../../contract/policies.ts'
import { Failure } from '../../kernel/failure.ts'
import type { JsonValue } from '../../kernel/strict-json.ts'
import { parseStrictText } from '../../kernel/strict-json.ts'
import type { Finding } from '../../policy/finding.ts'
import type { StoredBundle } from '../../policy/store.ts'
import type { App } from './app.ts'
import { answers, creates } from './app.ts'
import { doerOf } from './caller.ts'
import type { RestDeps } from './deps.ts'
import { receiptsWire } from './wire.ts'

const TAGS = ['policies']

export function policyRoutes(app: App, deps: RestDeps): void {
  app.get(
    '/api/v1/policies',
    { schema: { tags: TAGS, response: answers(bundleList) } },
    async (request) => {
      const bundles = await deps.bundles.list(doerOf(request).person.tenant)
      return { bundles: bundles.map(bundleWire) }
    },
  )
  app.get(
    '/api/v1/policies/active',
    { schema: { tags: TAGS, response: answers(activeBundle) } },
    async (request) => {
      const active = await deps.bundles.active(doerOf(request).person.tenant)
      if (active === undefined)
        throw new Failure('not_found', 'no bundle is active; everything is denied')
      return { ...bundleWire(active), bundle: parseStrictText(active.text, BUNDLE_LIMITS) }
    },
  )
  app.post(
    '/api/v1/policies',
    { schema: { tags: TAGS, body: policyDocumentsBody, response: creates(publishPolicyAnswer) } },
    async (request, reply) => {
      const by = doerOf(request)
      const { documents } = request.body
      const made = await makeChange(deps, 'policy.publish', {
        tenant: by.person.tenant,
        by,
        documents,
      })
      return reply.code(201).send({
        bundle: bundleWire(made.bundle),
        findings: findingsWire(made.findings),
        receipts: receiptsWire([made.receipt]),
      })
    },
  )
  app.post(
    '/api/v1/policies/check',
    { schema: { tags: TAGS, body: policyDocumentsBody, response: answers(policyCheckAnswer) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const checked = await checkPolicy(deps, tenant, request.body.documents)
      return {
        digest: checked.digest,
        publishable: checked.findings.every((finding) => finding.severity !== 'error'),
        findings: findingsWire(checked.findings),
      }
    },
  )
  deskRoutes(app, deps)
}

function deskRoutes(app: App, deps: RestDeps): void {
  app.post(
    '/api/v1/policies/explain',
    { schema: { tags: TAGS, body: policyExplainBody, response: answers(policyExplanation) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      return policyExplanation.parse(await deps.policyDesk.explain(tenant, request.body.request))
    },
  )
  app.get(
    '/api/v1/policies/active/tests',
    { schema: { tags: TAGS, response: answers(policyTestReport) } },
    async (request) => {
      const { tenant } = doerOf(request).person
      const { results, failed, untested } = await deps.policyDesk.ownTests(tenant)
      const wire = results.map(({ name, decision, problems }) => ({
        ...{ name, outcome: decision.kind, problems: [...problems] },
        policies: [...decision.policyIds],
      }))
      return { results: wire, failed, untested: [...untested] }
    },
  )
  app.post(
    '/api/v1/policies/test',
    { schema: { tags: TAGS, body: policyTestBody, response: answers(policyReport) } },
    async (request) => {
      const { documents, cases } = request.body
      return deps.policyDesk.test(doerOf(request).person.tenant, documents, cases as JsonValue)
    },
  )
}

/** A bundle at its limits: 2,000 policies of 8 KiB, escaped. It was written by us, so this only bounds memory. */
const BUNDLE_LIMITS = { maxBytes: 64 * 1024 * 1024, maxDepth: 64 }

function bundleWire(stored: Omit<StoredBundle, 'text'>): z.output<typeof bundle> {
  return {
    sequence: stored.sequence,
    digest: stored.digest,
    published_by: stored.publishedBy,
    published_at_ms: stored.publishedAtMs,
  }
}

function findingsWire(findings: readonly Finding[]) {
  return findings.map(({ severity, code, policy, detail }) => ({ severity, code, policy, detail }))
}
