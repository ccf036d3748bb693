/**
 * What a decision may set off beyond the act itself. Six questions stand in every package; each is answered from
 * facts or says that it is unknown, and whoever owns the decision acknowledges all six, once (R130, R136). No
 * fact is no proof of no consequence: what nobody recorded is unknown. Pure.
 */
import type { JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'

export const CONSEQUENCES = [
  'incident_severity',
  'business_impact',
  'legal_constraints',
  'data_exposure',
  'customer_impact',
  'regulatory_reporting',
] as const
export type ConsequenceName = (typeof CONSEQUENCES)[number]

/** `values` are labels of the case, the targets or the call that say something about it. */
export type Consequence = {
  readonly state: 'known' | 'unknown'
  readonly values: readonly string[]
}

export type ConsequenceFacts = {
  readonly severity: number
  /** The case system has not confirmed the case for too long. */
  readonly isCaseStale: boolean
  readonly tags: readonly string[]
  readonly flags: readonly string[]
  readonly targets: readonly {
    readonly isKnown: boolean
    readonly criticality: number
    readonly labels: readonly string[]
  }[]
}

/** Words of case tags and asset labels that speak of a consequence. `legal:` stands for all that begin so. */
const WORDS: Readonly<Record<Exclude<ConsequenceName, 'incident_severity'>, readonly string[]>> = {
  business_impact: ['serves:', 'business-critical', 'availability-critical', 'user-impacting'],
  legal_constraints: [
    'legal:',
    'legal-hold',
    'litigation-hold',
    'works-council',
    'privileged-data',
  ],
  data_exposure: ['data-exposure', 'exfiltration', 'personal-data', 'regulated-data', 'external'],
  customer_impact: ['customer-impact', 'customer-facing', 'externally-visible', 'user-impacting'],
  regulatory_reporting: ['regulatory:', 'reportable', 'nis2', 'dora', 'gdpr', 'hipaa', 'pci'],
}

export function consequencesOf(
  facts: ConsequenceFacts,
): Readonly<Record<ConsequenceName, Consequence>> {
  const labels = [
    ...facts.tags,
    ...facts.flags,
    ...facts.targets.flatMap((target) => target.labels),
  ]
  const said = (name: keyof typeof WORDS) => matching(labels, WORDS[name])
  const business = [...criticalities(facts), ...said('business_impact')]
  return {
    incident_severity: answer(facts.isCaseStale ? [] : [`severity:${facts.severity}`]),
    business_impact: answer(business),
    legal_constraints: answer(said('legal_constraints')),
    data_exposure: answer(said('data_exposure')),
    customer_impact: answer(said('customer_impact')),
    regulatory_reporting: answer(said('regulatory_reporting')),
  }
}

/** Nothing is said of the business while one of the targets is a stranger to the inventory. */
function criticalities({ targets }: ConsequenceFacts): readonly string[] {
  if (!targets.every(({ isKnown }) => isKnown)) return []
  return targets.map(({ criticality }) => `criticality:${criticality}`)
}

function matching(labels: readonly string[], words: readonly string[]): readonly string[] {
  return labels.filter((label) =>
    words.some((word) => (word.endsWith(':') ? label.startsWith(word) : label === word)),
  )
}

function answer(values: readonly string[]): Consequence {
  const unique = [...new Set(values)].sort()
  return { state: unique.length === 0 ? 'unknown' : 'known', values: unique }
}

/** What still keeps a yes from counting: a question the package does not hold, or that was not acknowledged. */
export function unacknowledged(
  shown: JsonValue | undefined,
  acknowledged: readonly string[],
): readonly ConsequenceName[] {
  const asked = isObject(shown) && isObject(shown.consequences) ? shown.consequences : {}
  return CONSEQUENCES.filter((name) => !isObject(asked[name]) || !acknowledged.includes(name))
}
