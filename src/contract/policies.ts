/** Policy bundles on the wire. */
import { z } from 'zod'
import { digest, instantMs, json, jsonObject, receipt } from './words.ts'

export const bundle = z
  .object({
    sequence: z.int(),
    digest,
    published_by: z.string(),
    published_at_ms: instantMs,
  })
  .meta({ id: 'PolicyBundle' })

export const bundleList = z.object({ bundles: z.array(bundle) })
export const activeBundle = bundle.extend({
  bundle: json.meta({ description: 'the whole bundle; its canonical JSON hashes to the digest' }),
})

/** What a policy directory holds: `policies` by id, `thresholds`, `owners`, and where wanted `monitored`. */
export const policyDocumentsBody = z.strictObject({ documents: jsonObject })

const finding = z.object({
  severity: z.enum(['error', 'warning']),
  code: z.string(),
  policy: z.string(),
  detail: z.string(),
})

export const policyCheckAnswer = z.object({
  digest,
  publishable: z.boolean(),
  findings: z.array(finding),
})

export const publishPolicyAnswer = z.object({
  bundle,
  findings: z.array(finding),
  receipts: z.array(receipt),
})

/** A policy question in the words of a table test: what differs from the sample request. */
export const policyExplainBody = z.strictObject({ request: jsonObject })
export const policyTestBody = z.strictObject({
  documents: jsonObject.optional().meta({ description: 'absent: the active bundle' }),
  cases: json.meta({ description: 'test cases as in *.test.yaml' }),
})
/** What would be decided, and the rules that decide. The decision has more members than are listed here. */
export const policyExplanation = z.looseObject({
  decision: z.looseObject({
    kind: z.enum(['allow', 'deny', 'hold']),
    reason: z.string(),
    detail: z.string(),
    obligations: z.array(
      z.looseObject({
        policyId: z.string(),
        requires: z.enum(['confirm', 'approve', 'dual']),
        role: z.string(),
        coSigners: z.array(z.string()),
      }),
    ),
    isEnforced: z.boolean().meta({ description: 'false: monitored, the call passes' }),
  }),
  sentences: z.array(z.string()),
  policies: z.array(
    z.looseObject({
      id: z.string(),
      does: z.enum(['permits', 'forbids', 'asks']),
      reason: z.string(),
      text: z.string(),
    }),
  ),
})
/** Each case of a table, and what differed; `untested` are rules that decided no case. */
export const policyTestReport = z
  .object({
    results: z.array(
      z.object({
        name: z.string(),
        outcome: z.enum(['allow', 'deny', 'hold']).meta({ description: 'what was decided' }),
        policies: z.array(z.string()),
        problems: z.array(z.string()),
      }),
    ),
    failed: z.int(),
    untested: z.array(z.string()),
  })
  .meta({ id: 'PolicyTestReport' })
export const policyReport = z.looseObject({})
