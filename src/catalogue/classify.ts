/**
 * From a tool and arguments to what the call would do. Pure, and the only place that knows a tool's entry; everything
 * after it sees effect, targets and flags. Nothing here depends on a vendor or a tool's name.
 */
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { Refusal } from '../kernel/failure.ts'
import { codeOf, refusal } from '../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import type { Reviewed } from './classification.ts'
import { classificationOf } from './classification.ts'
import { endOfContainment } from './containment.ts'
import { inverseOf } from './inverse.ts'
import { probeArguments } from './probe.ts'
import { findTargets } from './target.ts'
import type { ClassifiedCall, Tool, ToolEntry } from './tool.ts'

/** Finds a tool by exposed name, or by the name it has at `upstream`. */
export type ToolLookup = (name: string, upstream: string) => Tool | undefined

/**
 * Classifies one call. `args` absent means no arguments.
 *
 * Refuses with `tool_quarantined` (nobody approved it), `tool_drifted` (its definition is not the reviewed one),
 * `tool_unknown` (a meta-tool was asked for a tool that is not known, of another server, or itself one),
 * `arguments_invalid`, `confirmation_not_yours`, `target_missing`, `classification_failed`.
 */
export function classify(
  tool: Tool,
  args: JsonValue | undefined,
  lookup: ToolLookup,
): ClassifiedCall | Refusal {
  try {
    const reviewed = approvedReview(tool)
    if ('code' in reviewed) return reviewed
    const given = args === undefined ? {} : args
    if (!isObject(given)) return refusal('arguments_invalid', 'the arguments are not a JSON object')
    return reviewed.entry.metaTool === undefined
      ? classifyOwn(tool, reviewed, given)
      : classifyInner(tool, reviewed, reviewed.entry.metaTool, given, lookup)
  } catch (error) {
    const code = codeOf(error)
    return code === 'json_not_canonical'
      ? refusal('arguments_invalid', 'the arguments have no canonical form')
      : refusal('classification_failed', 'the catalogue entry cannot be applied to this call')
  }
}

function approvedReview(tool: Tool): Reviewed | Refusal {
  const { status, reviewed } = tool
  const isReviewedOne = reviewed?.definitionDigest === tool.definitionDigest
  if (reviewed !== undefined && !isReviewedOne) {
    return refusal('tool_drifted', `${tool.exposedName} changed since it was reviewed`)
  }
  if (status !== 'approved' || reviewed === undefined) {
    const why = tool.findings.length === 0 ? '' : `: ${tool.findings.join(', ')}`
    return refusal('tool_quarantined', `${tool.exposedName} is ${status}${why}`)
  }
  return reviewed
}

function classifyOwn(tool: Tool, reviewed: Reviewed, args: JsonObject): ClassifiedCall | Refusal {
  const { entry } = reviewed
  const taken = takenConfirmation(entry, args)
  if (taken !== undefined) {
    return refusal('confirmation_not_yours', `the argument "${taken}" confirms the call`)
  }
  const held = classificationOf(reviewed, tool.kind, args)
  const targets = findTargets(held.target, held.effect, args)
  if (!targets.ok) return refusal(targets.code, targets.detail)
  const inverse = inverseOf(held.inverse, args, entry.preimage !== undefined)
  const preimage = readBefore(entry, args)
  const ends = endOfContainment(held, entry.ends, args)
  return {
    tool,
    action: `${held.verb}:${held.target.kind}`,
    effect: held.effect,
    ...(held.effect === 'influence' && { direction: held.direction ?? 'lowers' }),
    targets: targets.targets,
    reversibility:
      held.inverse !== undefined && inverse === undefined ? 'irreversible' : held.reversibility,
    ...(inverse !== undefined && { inverse }),
    ...(ends !== undefined && { ends }),
    ...(preimage !== undefined && { preimage }),
    ...(entry.evidence?.collection !== undefined && {
      collection: collectedBeside(entry.evidence.collection, args),
    }),
    flags: held.flags,
    resultLabels: held.resultLabels,
    arguments: args,
    toolArguments: args,
    argumentsDigest: digestOfJson('countersign-arguments-v1', args),
    forwarded: withConfirmations(entry, args),
    entryDigest: reviewed.entryDigest,
    timeoutMs: entry.timeoutMs,
  }
}

/**
 * A tool that runs tools: the decision is made on the inner call, one level deep. The inner tool must be one of
 * the same server, because that is the one the outer will run.
 */
function classifyInner(
  outer: Tool,
  reviewed: Reviewed,
  rule: NonNullable<ToolEntry['metaTool']>,
  args: JsonObject,
  lookup: ToolLookup,
): ClassifiedCall | Refusal {
  const taken = takenConfirmation(reviewed.entry, args)
  if (taken !== undefined) {
    return refusal('confirmation_not_yours', `the argument "${taken}" confirms the call`)
  }
  const extra = Object.keys(args).find(
    (name) => name !== rule.toolArgument && name !== rule.argumentsArgument,
  )
  if (extra !== undefined) {
    return refusal(
      'arguments_invalid',
      'a tool that runs tools takes the inner tool and its arguments only',
    )
  }
  const name = args[rule.toolArgument]
  const innerArgs = args[rule.argumentsArgument] ?? {}
  if (typeof name !== 'string' || !isObject(innerArgs)) {
    return refusal('arguments_invalid', 'the inner tool must be a name and its arguments an object')
  }
  const inner = lookup(name, outer.upstream)
  if (inner === undefined || inner.upstream !== outer.upstream || inner.kind !== 'tool') {
    return refusal('tool_unknown', 'the inner tool is not known')
  }
  const innerReview = approvedReview(inner)
  if ('code' in innerReview) return innerReview
  if (innerReview.entry.metaTool !== undefined) {
    return refusal('tool_unknown', 'the inner tool itself runs tools')
  }
  const call = classifyOwn(inner, innerReview, innerArgs)
  if ('code' in call) return call
  const entryDigests = [reviewed.entryDigest, innerReview.entryDigest]
  return {
    ...call,
    arguments: args,
    argumentsDigest: digestOfJson('countersign-arguments-v1', args),
    forwarded: withConfirmations(reviewed.entry, {
      ...args,
      [rule.argumentsArgument]: call.forwarded,
    }),
    entryDigest: digestOfJson('countersign-catalogue-v1', entryDigests),
    timeoutMs: Math.max(reviewed.entry.timeoutMs, innerReview.entry.timeoutMs),
    via: outer.exposedName,
  }
}

/** The confirmation the agent tried to give, in whatever spelling a lenient server might accept. */
function takenConfirmation(entry: ToolEntry, args: JsonObject): string | undefined {
  const { confirmations, idempotencyArgument: key } = entry
  const names = [
    ...confirmations.map(({ argument }) => argument),
    ...(key === undefined ? [] : [key]),
  ]
  const owned = new Set(names.map(looseName))
  return Object.keys(args).find((name) => owned.has(looseName(name)))
}

function looseName(name: string): string {
  return name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '')
}

function withConfirmations(entry: ToolEntry, args: JsonObject): JsonObject {
  if (entry.confirmations.length === 0) return args
  const set = entry.confirmations.map(({ argument, value }) => [argument, value] as const)
  return { ...args, ...Object.fromEntries(set) }
}

/** A read that cannot be filled in is still named, so that the call is refused and not made without it. */
function readBefore(entry: ToolEntry, args: JsonObject): ClassifiedCall['preimage'] {
  const { preimage } = entry
  if (preimage === undefined) return undefined
  return { tool: preimage.tool, arguments: probeArguments(preimage.arguments, args) ?? {} }
}

/** Nothing waits for a collection: one that cannot be filled in is told when it should start. */
function collectedBeside(
  { tool, arguments: templates }: NonNullable<NonNullable<ToolEntry['evidence']>['collection']>,
  args: JsonObject,
): NonNullable<ClassifiedCall['collection']> {
  const filled = probeArguments(templates, args)
  return { tool, ...(filled !== undefined && { arguments: filled }) }
}

/** Whether an answer of `classify` is a no. */
export function isRefused(answer: ClassifiedCall | Refusal): answer is Refusal {
  return 'code' in answer
}
