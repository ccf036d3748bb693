/**
 * How a tool becomes callable and stops being so. Pure: what a server offers and what a person decides go in,
 * the next state of the tool comes out. Unknown or changed is blocked until somebody has looked (R44, R46); a
 * definition that went away and came back stays blocked too, because the calls in between met another tool.
 */
import type { Digest } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'
import { definitionDigest } from './definition-digest.ts'
import { bindingProblems, type KnownTools } from './entry-binding.ts'
import { entryDigest, type ShippedEntry } from './entry-file.ts'
import { entryProblems } from './entry-rules.ts'
import { exposeName } from './expose-name.ts'
import { lintDefinition, type Neighbours } from './lint-definition.ts'
import { type FindingCode, findingCodes } from './lint-finding.ts'
import type { Effect, Tool, ToolDefinition, ToolEntry, ToolKind } from './tool.ts'
import { atLeast } from './tool.ts'

/** Why a tool is blocked, beside what the linter finds. `new`: nobody has looked at it yet. */
export type ReviewCode = 'new' | 'drifted' | 'swapped-back' | 'suspended' | 'observed-effect'

/** Codes that only a person takes away. */
const STICKY: readonly string[] = [
  'drifted',
  'swapped-back',
  'observed-effect',
] satisfies ReviewCode[]

export type Offered = {
  readonly tenant: string
  readonly upstream: string
  readonly kind: ToolKind
  readonly definition: ToolDefinition
}

export type Noticing = {
  /** Every digest ever seen for this tool (`ToolStore.seenDigests`). */
  readonly seenDigests: readonly Digest[]
  /**
   * Entries shipped with the product that the operator's configuration trusts for this upstream. An entry pinned
   * to a digest is a review by us; empty means that only reviews by people count.
   */
  readonly trusted: readonly ShippedEntry[]
  readonly neighbours?: Neighbours
}

/**
 * What becomes of a tool when its server offers this definition. `existing` is what was known before. The revision is
 * left as it was: the store raises it. Returns the same object when nothing changed.
 */
export function noticeDefinition(
  existing: Tool | undefined,
  offered: Offered,
  noticing: Noticing,
): Tool {
  const { kind, definition } = offered
  const digest = definitionDigest(kind, definition)
  const linted = findingCodes(lintDefinition(kind, definition, noticing.neighbours))
  const next = { ...offered, definitionDigest: digest }
  const shipped = shippedFor(offered, digest, linted, noticing)
  if (existing === undefined) return firstSeen(next, linted, shipped)
  if (existing.definitionDigest !== digest)
    return changed(existing, next, linted, shipped, noticing.seenDigests)
  if (existing.status !== 'quarantined') return existing
  const sticky = existing.findings.filter((code) => STICKY.includes(code))
  if (shipped !== undefined && sticky.length === 0 && existing.reviewed === undefined) {
    return approvedAs(existing, shipped.entry, `shipped:${shipped.file}`)
  }
  const reason: readonly string[] = sticky.length === 0 ? ['new'] : sticky
  return withFindings(existing, [...reason, ...linted])
}

type Next = Offered & { readonly definitionDigest: Digest }

function firstSeen(
  next: Next,
  linted: readonly FindingCode[],
  shipped: ShippedEntry | undefined,
): Tool {
  const tool: Tool = {
    ...next,
    name: identityOf(next.kind, next.definition),
    exposedName: exposeName(next.upstream, identityOf(next.kind, next.definition)),
    status: 'quarantined',
    findings: sorted(['new', ...linted]),
    revision: 0,
  }
  return shipped === undefined ? tool : approvedAs(tool, shipped.entry, `shipped:${shipped.file}`)
}

/**
 * Another definition than before. A shipped entry may approve it only where no person's review is replaced and the
 * definition never was here before.
 */
function changed(
  existing: Tool,
  next: Next,
  linted: readonly FindingCode[],
  shipped: ShippedEntry | undefined,
  seenDigests: readonly Digest[],
): Tool {
  const isBack =
    seenDigests.includes(next.definitionDigest) ||
    existing.reviewed?.definitionDigest === next.definitionDigest
  const { definition, definitionDigest: digest } = next
  const moved: Tool = { ...existing, definition, definitionDigest: digest }
  const wasShipped = existing.reviewed?.by.startsWith('shipped:') ?? true
  const hadIncident =
    existing.status === 'suspended' || existing.findings.some((code) => STICKY.includes(code))
  if (shipped !== undefined && wasShipped && !isBack && !hadIncident) {
    return approvedAs(moved, shipped.entry, `shipped:${shipped.file}`)
  }
  const kept = existing.findings.filter((code) => code === 'suspended' || STICKY.includes(code))
  const why: readonly ReviewCode[] = isBack ? ['drifted', 'swapped-back'] : ['drifted']
  const status = existing.status === 'suspended' ? 'suspended' : 'quarantined'
  return { ...moved, status, findings: sorted([...kept, ...why, ...linted]) }
}

function shippedFor(
  offered: Offered,
  digest: Digest,
  linted: readonly FindingCode[],
  noticing: Noticing,
): ShippedEntry | undefined {
  const name = identityOf(offered.kind, offered.definition)
  return noticing.trusted.find(
    (entry) =>
      entry.entry.kind === offered.kind &&
      entry.name === name &&
      entry.definitions.includes(digest) &&
      linted.every((code) => entry.accepts.includes(code)),
  )
}

/** What the protocol calls the thing by: the URI of a resource, else its name. */
export function identityOf(kind: ToolKind, definition: ToolDefinition): string {
  if (kind !== 'resource') return definition.name
  const uri = definition.uri ?? definition.uriTemplate
  return typeof uri === 'string' ? uri : definition.name
}

export type Verdict =
  | { readonly kind: 'approve'; readonly entry: ToolEntry }
  | { readonly kind: 'suspend' }

/**
 * A person's decision about a tool. `seenDigest` is the digest of the definition they looked at.
 *
 * Throws `seen_digest_mismatch` when the definition changed since, and `review_refused` when the entry breaks a
 * rule of entry-rules.ts or names what is not there: among others containment or access change without a way
 * back or a waiver (R63). `known` finds the tools that undo or check this one.
 */
export function reviewTool(
  tool: Tool,
  verdict: Verdict,
  by: string,
  seenDigest: Digest,
  known: KnownTools,
): Tool {
  if (seenDigest !== tool.definitionDigest) {
    throw new Failure('seen_digest_mismatch', `${tool.exposedName} changed since it was shown`)
  }
  if (verdict.kind === 'suspend') {
    return { ...tool, status: 'suspended', findings: sorted([...tool.findings, 'suspended']) }
  }
  if (verdict.entry.kind !== tool.kind) {
    throw new Failure(
      'review_refused',
      `the entry is for a ${verdict.entry.kind}, this is a ${tool.kind}`,
    )
  }
  const [problem] = [
    ...entryProblems(verdict.entry),
    ...bindingProblems(tool, verdict.entry, known),
  ]
  if (problem !== undefined) throw new Failure('review_refused', problem)
  return approvedAs(tool, verdict.entry, by)
}

function approvedAs(tool: Tool, entry: ToolEntry, by: string): Tool {
  const { definition, definitionDigest: digest } = tool
  const reviewed = {
    entry,
    entryDigest: entryDigest(entry),
    definitionDigest: digest,
    definition,
    by,
  }
  return { ...tool, status: 'approved', findings: [], reviewed }
}

/**
 * A tool was seen doing more than its entry says (R53): the class of the entry is raised to what was seen, and the tool
 * is suspended until a person has looked. The same object when the entry already says as much.
 */
export function raiseToObserved(tool: Tool, observed: Effect): Tool {
  const { reviewed } = tool
  if (reviewed === undefined || atLeast(reviewed.entry.worst.effect, observed)) return tool
  const entry = {
    ...reviewed.entry,
    worst: { ...reviewed.entry.worst, effect: observed },
    discriminators: [],
  }
  return {
    ...tool,
    status: 'suspended',
    findings: sorted([...tool.findings, 'observed-effect', 'suspended']),
    reviewed: { ...reviewed, entry, entryDigest: entryDigest(entry) },
  }
}

function withFindings(tool: Tool, findings: readonly string[]): Tool {
  const next = sorted(findings)
  return next.join() === tool.findings.join() ? tool : { ...tool, findings: next }
}

function sorted(codes: readonly string[]): readonly string[] {
  return [...new Set(codes)].sort()
}
