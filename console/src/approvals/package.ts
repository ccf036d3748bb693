/**
 * The decision package as this console shows it. It is read defensively: an older or newer gateway may leave parts
 * out or add some, and what is missing is shown as missing, never as fine.
 */

export type Target = {
  readonly kind: string
  readonly id: string
  readonly isKnown: boolean
  readonly criticality: number | undefined
  readonly environment: string
  readonly labels: readonly string[]
  readonly dependants: readonly string[]
}
export type Reason = { readonly policy: string; readonly role: string; readonly reason: string }
export type Source = { readonly source: string; readonly evidence: readonly string[] }
export type EvidenceItem = {
  readonly id: string
  readonly tool: string
  readonly labels: readonly string[]
  readonly atMs: number
  readonly isCited: boolean
  readonly supports: readonly string[]
}
export type Consequence = {
  readonly name: string
  readonly isKnown: boolean
  readonly values: readonly string[]
}
export type Similar = {
  readonly request: string
  readonly action: string
  readonly state: string
  readonly outcome: string | undefined
  readonly isSameTarget: boolean
  readonly decidedBy: string | undefined
  readonly decidedAtMs: number | undefined
}

export type Package = {
  readonly tool: string
  readonly action: string
  readonly effect: string
  readonly arguments: unknown
  readonly reversibility: string
  readonly inverse: { readonly tool: string; readonly arguments: unknown } | undefined
  /** What is collected beside an isolation that keeps evidence. */
  readonly collects: { readonly tool: string; readonly arguments: unknown } | undefined
  readonly flags: readonly string[]
  readonly targets: readonly Target[]
  readonly isRadiusAssumed: boolean
  readonly reasons: readonly Reason[]
  readonly policyVersion: string | undefined
  readonly caseRef: string
  readonly caseTitle: string
  readonly severity: number | undefined
  readonly agentName: string
  readonly agentMode: string
  readonly purpose: string
  readonly exposure: readonly string[]
  readonly untrusted: readonly string[]
  readonly gaps: readonly string[]
  readonly deniedBefore: number
  /** JSON pointer of an argument to where its value stands. Undefined: this gateway does not say. */
  readonly sources: ReadonlyMap<string, Source> | undefined
  readonly evidence: readonly EvidenceItem[]
  readonly consequences: readonly Consequence[]
  readonly similar: readonly Similar[]
  readonly recommendations: number
}

type Fields = Readonly<Record<string, unknown>>

/** Undefined when it is no package at all. */
export function readPackage(value: unknown): Package | undefined {
  const given = fields(value)
  if (given === undefined || typeof given.action !== 'string') return undefined
  const inverse = fields(given.inverse)
  const collects = fields(given.collects)
  const incident = fields(given.case) ?? {}
  const agent = fields(given.agent) ?? {}
  const exposure = fields(given.exposure) ?? {}
  const targets = list(given.targets).map(targetOf)
  return {
    tool: text(given.tool),
    action: given.action,
    effect: text(given.effect),
    arguments: given.arguments,
    reversibility: text(given.reversibility, 'unknown'),
    inverse: inverse && { tool: text(inverse.tool), arguments: inverse.arguments },
    collects: collects && { tool: text(collects.tool), arguments: collects.arguments },
    flags: texts(given.flags),
    targets,
    isRadiusAssumed: targets.length === 0 || targets.some(({ isKnown }) => !isKnown),
    reasons: list(given.reasons).map((each) => ({
      policy: text(each.policy),
      role: text(each.role),
      reason: text(each.reason),
    })),
    policyVersion: optional(fields(given.threshold)?.version),
    caseRef: text(incident.external_ref),
    caseTitle: text(incident.title),
    severity: number(incident.severity),
    agentName: text(agent.name, 'an agent'),
    agentMode: text(agent.mode),
    purpose: text(fields(given.task)?.purpose),
    exposure: texts(exposure.labels),
    untrusted: texts(exposure.untrusted_sources),
    gaps: texts(given.telemetry_gaps),
    deniedBefore: number(given.denied_before_in_task) ?? 0,
    sources: sourcesOf(given.argument_sources),
    evidence: list(given.evidence).map(evidenceOf),
    consequences: Object.entries(fields(given.consequences) ?? {}).map(consequenceOf),
    similar: list(given.similar).map(similarOf),
    recommendations: list(given.recommendations).length,
  }
}

function targetOf(each: Fields): Target {
  return {
    kind: text(each.kind),
    id: text(each.id),
    isKnown: each.is_known === true,
    criticality: number(each.criticality),
    environment: text(each.environment, 'unknown'),
    labels: texts(each.labels).filter((label) => !label.startsWith('serves:')),
    dependants: texts(each.dependants),
  }
}

function evidenceOf(each: Fields): EvidenceItem {
  return {
    id: text(each.id),
    tool: text(each.tool),
    labels: texts(each.labels),
    atMs: number(each.at_ms) ?? 0,
    isCited: texts(each.cited_by).length > 0,
    supports: texts(each.supports),
  }
}

function consequenceOf([name, given]: [string, unknown]): Consequence {
  const { state, values } = fields(given) ?? {}
  return { name, isKnown: state === 'known', values: texts(values) }
}

function similarOf(each: Fields): Similar {
  return {
    request: text(each.request),
    action: text(each.action),
    state: text(each.state),
    outcome: optional(each.outcome),
    isSameTarget: each.same_target === true,
    decidedBy: optional(each.decided_by),
    decidedAtMs: number(each.decided_at_ms),
  }
}

function sourcesOf(value: unknown): ReadonlyMap<string, Source> | undefined {
  if (!Array.isArray(value)) return undefined
  return new Map(
    list(value).map((each) => [
      text(each.path),
      { source: text(each.source), evidence: texts(each.evidence) },
    ]),
  )
}

function fields(value: unknown): Fields | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject ? (value as Fields) : undefined
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map((each) => fields(each) ?? {}) : []
}

function text(value: unknown, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise
}

function optional(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' ? value : undefined
}
