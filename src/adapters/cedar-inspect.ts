/**
 * Everything that is checked about a bundle with a parser at hand: limits before parsing, our lint, then
 * Cedar's strict validator, of which warnings count as errors (they report policies that can never apply and
 * look-alike letters).
 */
import { isDeepStrictEqual } from 'node:util'
import type { JsonValue } from '../kernel/strict-json.ts'
import { completeActions } from '../policy/actions.ts'
import type { Bundle, PolicyTexts } from '../policy/bundle.ts'
import { allPolicies } from '../policy/bundle.ts'
import type { Finding } from '../policy/finding.ts'
import { errorIn } from '../policy/finding.ts'
import { lintDocuments, lintLayers } from '../policy/lint-documents.ts'
import { lintLimits } from '../policy/lint-limits.ts'
import { lintPolicies } from '../policy/lint-policy.ts'
import { lintTexts } from '../policy/lint-text.ts'
import type { PolicyHead } from '../policy/policy-head.ts'
import { headOf } from '../policy/policy-head.ts'
import { schemaText } from '../policy/schema.ts'
import type { Cedar } from './cedar-host.ts'

export type Inspection = {
  readonly heads: readonly PolicyHead[]
  readonly findings: readonly Finding[]
}

/** Never parses a policy that is over the limits. */
export function inspectBundle(cedar: Cedar, floor: PolicyTexts, bundle: Bundle): Inspection {
  const texts = allPolicies(bundle)
  const early = [...lintFrame(floor, bundle), ...lintDocuments(bundle), ...lintTexts(texts)]
  if (early.some((one) => one.severity === 'error')) return { heads: [], findings: early }

  const parsed = readPolicies(cedar, texts)
  const findings = [
    ...early,
    ...parsed.findings,
    ...lintPolicies(parsed.heads, bundle.actions, new Set(Object.keys(floor))),
    ...lintLayers(parsed.heads, bundle),
    ...lintLimits(bundle, parsed.heads),
  ]
  if (parsed.findings.length > 0) return { heads: parsed.heads, findings }
  return { heads: parsed.heads, findings: [...findings, ...validate(cedar, texts, bundle.schema)] }
}

/** The parts that are ours and may not be anything else: format, floor, completed actions, their schema. */
function lintFrame(floor: PolicyTexts, bundle: Bundle): readonly Finding[] {
  const findings: Finding[] = []
  const error = (code: string, detail: string): void => {
    findings.push(errorIn('bundle', code, detail))
  }
  if (bundle.format !== 'countersign-bundle-v1')
    error('format_unknown', 'not a bundle of this version')
  if (!isDeepStrictEqual({ ...bundle.floor }, { ...floor })) {
    error('floor_changed', "the floor differs from the product's own; build the bundle again")
  }
  for (const id of Object.keys(bundle.policies)) {
    if (Object.hasOwn(bundle.floor, id)) error('floor_shadowed', `${id} is a floor policy`)
  }
  if (!isDeepStrictEqual(bundle.actions, completeActions(bundle.actions))) {
    error('actions_incomplete', 'the list of actions is not sorted and complete')
  } else if (bundle.schema !== schemaText(bundle.actions)) {
    error('schema_changed', 'the schema is not the one of these actions')
  }
  return findings
}

/** Each text must hold exactly one static policy; Cedar refuses two, and templates. */
function readPolicies(cedar: Cedar, texts: PolicyTexts): Inspection {
  const heads: PolicyHead[] = []
  const findings: Finding[] = []
  for (const id of Object.keys(texts).sort()) {
    const text = texts[id] ?? ''
    const answer = cedar.policyToJson(text)
    if (answer.type === 'failure') {
      findings.push(errorIn(id, 'does_not_parse', answer.errors[0]?.message ?? 'no reason given'))
      continue
    }
    // The engine's own JSON; `headOf` checks every member it reads.
    const head = headOf(id, text, answer.json as unknown as JsonValue)
    if (head === undefined)
      findings.push(errorIn(id, 'does_not_parse', 'the policy has another form'))
    else heads.push(head)
  }
  return { heads, findings }
}

function validate(cedar: Cedar, texts: PolicyTexts, schema: string): readonly Finding[] {
  const answer = cedar.validate({
    schema,
    policies: { staticPolicies: { ...texts } },
    validationSettings: { mode: 'strict' },
  })
  if (answer.type === 'failure') {
    return answer.errors.map((one) => errorIn('bundle', 'validation_failed', one.message))
  }
  return [
    ...answer.validationErrors.map((one) => errorIn(one.policyId, 'not_valid', one.error.message)),
    ...answer.validationWarnings.map((one) =>
      errorIn(one.policyId, 'suspicious', one.error.message),
    ),
    ...answer.otherWarnings.map((one) => errorIn('bundle', 'suspicious', one.message)),
  ]
}
