/** Sabotages of policy: a shipped policy that is not there, a lint that finds nothing, a decision that agrees. */
import type { Sabotage } from './sabotage.ts'

/** The shipped packs without these policies, wherever they are read. */
function withoutPolicies(name: string, ...ids: readonly string[]): Sabotage {
  return {
    name,
    module: 'src/policy/split-text.ts',
    export: 'splitPolicies',
    body: `const gone = ${JSON.stringify(ids)}
      return Object.fromEntries(
        Object.entries(original(source, text)).filter(([id]) => !gone.includes(id)),
      )`,
  }
}

/** A check that is made and finds nothing. */
function findsNothing(name: string, file: string, exported: string): Sabotage {
  return { name, module: `src/policy/${file}`, export: exported, body: 'return []' }
}

/** The decision, changed after it was taken. `when` sees bundle, request and what was decided. */
function allowsWhen(name: string, when: string): Sabotage {
  return {
    name,
    module: 'src/policy/decide.ts',
    export: 'decide',
    body: `const decided = original(bundle, request, entryDigest, discharged)
      return ${when}
        ? { ...decided, kind: 'allow', reason: 'allowed', obligations: [] }
        : decided`,
  }
}

export const POLICY_SABOTAGES: readonly Sabotage[] = [
  allowsWhen('no-bundle-allows', 'bundle === undefined'),
  {
    name: 'unpublished-decides',
    module: 'src/policy/on-record.ts',
    export: 'isPublished',
    body: 'return true',
  },
  allowsWhen(
    'lasting-unconfirmed',
    "decided.kind === 'hold' && request.call.effect !== 'influence'",
  ),
  allowsWhen('blast-radius-lowers', 'request.call.targetCount > 60'),
  withoutPolicies('any-purpose-writes', 'floor-purpose'),
  withoutPolicies('any-mode-writes', 'floor-mode-advisory'),
  withoutPolicies('context-never-forbids', 'floor-mode-advisory', 'floor-facts-stale'),
  withoutPolicies('writes-unseen', 'base-write-confirm', 'base-write-approve'),
  withoutPolicies('contains-unasked', 'base-contain', 'base-contain-confirm'),
  withoutPolicies('identity-unasked', 'base-identity', 'base-credential'),
  withoutPolicies('interrupts-unasked', 'base-workflow'),
  withoutPolicies('destroys-unasked', 'base-dual-destructive'),
  withoutPolicies('sensitive-unasked', 'floor-sensitive-target'),
  withoutPolicies('outcomes-unowned', 'floor-outcome', 'floor-outcome-target'),
  withoutPolicies(
    'evidence-unowned',
    'floor-evidence',
    'floor-evidence-collected',
    'base-evidence',
  ),
  withoutPolicies('case-tags-ignored', 'base-case-tags'),
  withoutPolicies('exposure-ignored', 'base-exposure'),
  withoutPolicies('taint-ignored', 'floor-taint', 'floor-taint-leaves'),
  withoutPolicies('target-count-ignored', 'base-dual-many'),
  withoutPolicies('both-high-ignored', 'base-dual-both-high'),
  findsNothing('permit-lint-blind', 'lint-permit.ts', 'lintPermit'),
  findsNothing('layer-lint-blind', 'lint-documents.ts', 'lintLayers'),
  findsNothing('document-lint-blind', 'lint-documents.ts', 'lintDocuments'),
  findsNothing('answers-unchecked', 'check.ts', 'checkAnswers'),
]
