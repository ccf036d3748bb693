/** Checks of what stands in a bundle beside the policies: thresholds, owners, monitored actions, layers. */
import { atLeast, EFFECTS } from '../catalogue/tool.ts'
import { isRole } from '../identity/person.ts'
import type { BundleDraft, OwnerRule, Thresholds } from './bundle.ts'
import { TRIGGERS } from './bundle.ts'
import type { Finding } from './finding.ts'
import { errorIn } from './finding.ts'
import { layersOf } from './lint-permit.ts'
import type { PolicyHead } from './policy-head.ts'

const VERSION = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$/
const DATE = /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/

/** What must have an owner of its own by name, and what people call it (R138, R149). */
const OWNED_CLASSES: Readonly<Record<string, string>> = {
  contain: 'containment',
  destructive: 'eradication',
  identity: 'access changes',
  'customer-notification': 'customer notification',
  evidence: 'evidence',
  default: 'everything else',
}

export function lintDocuments(draft: BundleDraft): readonly Finding[] {
  return [
    ...lintThresholds(
      draft.thresholds,
      draft.actions.map(({ action }) => action),
    ),
    ...lintOwners(draft),
    ...lintMonitored(draft),
  ]
}

function lintThresholds(thresholds: Thresholds, actions: readonly string[]): readonly Finding[] {
  const findings: Finding[] = []
  const error = (detail: string): void => {
    findings.push(errorIn('bundle', 'thresholds_invalid', detail))
  }
  const { version, owner, rationale, effectiveFrom, reviewBy, targetLimit } = thresholds
  if (!VERSION.test(version)) error('version must be a short label')
  if (owner === '' || rationale === '') error('owner and rationale are required')
  if (!DATE.test(effectiveFrom) || !DATE.test(reviewBy)) error('dates are YYYY-MM-DD')
  else if (reviewBy <= effectiveFrom) error('reviewBy must be after effectiveFrom')
  for (const [kind, limit] of Object.entries(targetLimit)) {
    // 10,000 targets in one call is more than any team could name; above it a limit means nothing.
    if (!isWithin(limit, 1, 10_000)) error(`targetLimit.${kind} must be 1 to 10000`)
  }
  if (!isWithin(thresholds.criticalFrom, 1, 5)) error('criticalFrom must be 1 to 5')
  if (!isWithin(thresholds.severeUpTo, 0, 4)) error('severeUpTo must be 0 to 4 (0: none)')
  const known = new Set([...EFFECTS.filter((effect) => !atLeast(effect, 'contain')), ...actions])
  for (const name of thresholds.chatMayApprove ?? []) {
    if (!known.has(name)) error(`chatMayApprove: ${name} is no effect below contain and no action`)
  }
  return findings
}

function isWithin(value: number, least: number, most: number): boolean {
  return Number.isSafeInteger(value) && value >= least && value <= most
}

function lintOwners(draft: BundleDraft): readonly Finding[] {
  const findings: Finding[] = []
  const seen = new Set<string>()
  const known = new Set<string>([
    ...[...EFFECTS, ...Object.keys(TRIGGERS), 'default'],
    ...draft.actions.map((one) => one.action),
  ])
  for (const rule of draft.owners) {
    const place = rule.environment ?? 'every environment'
    const whose = rule.tenant === undefined ? '' : ` of ${rule.tenant}`
    const key = `${rule.class}${whose} in ${place}`
    if (seen.has(key)) findings.push(errorIn('bundle', 'owner_conflict', `two owners of ${key}`))
    seen.add(key)
    if (!known.has(rule.class)) {
      findings.push(
        errorIn('bundle', 'owner_unknown_class', `${rule.class} is no effect, trigger or action`),
      )
    }
    if (!isRole(rule.role)) {
      findings.push(errorIn('bundle', 'owner_not_a_role', `the owner of ${key} must be a role`))
    }
  }
  const isForAll = (rule: OwnerRule) => rule.environment === undefined && rule.tenant === undefined
  for (const [wanted, words] of Object.entries(OWNED_CLASSES)) {
    if (!draft.owners.some((rule) => rule.class === wanted && isForAll(rule))) {
      findings.push(errorIn('bundle', 'owner_missing', `nobody owns ${wanted} (${words})`))
    }
  }
  return findings
}

function lintMonitored(draft: BundleDraft): readonly Finding[] {
  const known = new Set(draft.actions.map((one) => one.action))
  return draft.monitored.flatMap((rule) => {
    const findings: Finding[] = []
    if (!known.has(rule.action)) {
      findings.push(errorIn('bundle', 'monitor_unknown_action', `${rule.action} is no action`))
    }
    if (!Number.isSafeInteger(rule.expiresAtMs) || rule.expiresAtMs <= 0) {
      findings.push(errorIn('bundle', 'monitor_without_end', `${rule.action} needs an expiry`))
    }
    if (rule.owner === '' || rule.reason === '') {
      findings.push(
        errorIn('bundle', 'monitor_unowned', `${rule.action} needs an owner and a reason`),
      )
    }
    return findings
  })
}

/** Assisting and executing permits are reviewed by different owners (R64). */
export function lintLayers(heads: readonly PolicyHead[], draft: BundleDraft): readonly Finding[] {
  const owners = { assist: new Set<string>(), execute: new Set<string>() }
  for (const head of heads) {
    if (head.effect !== 'permit') continue
    for (const layer of layersOf(head, draft.actions))
      owners[layer].add(head.annotations.owner ?? '')
  }
  return [...owners.assist]
    .filter((owner) => owners.execute.has(owner))
    .map((owner) =>
      errorIn(
        'bundle',
        'layers_same_owner',
        `${owner} owns permits to assist and permits to execute`,
      ),
    )
}
