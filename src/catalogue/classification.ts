/**
 * Which classification holds for these arguments. The worst case of the entry holds unless a discriminator says
 * otherwise about arguments it could read; what the server declares and what the call sets off can only
 * make it worse (R98).
 */
import type { JsonObject } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import { evaluateExpression } from './cel.ts'
import type {
  Classification,
  Effect,
  Reversibility,
  Tool,
  ToolDefinition,
  ToolEntry,
  ToolKind,
} from './tool.ts'
import { EFFECTS } from './tool.ts'

const REVERSIBILITIES: readonly Reversibility[] = [
  'reversible',
  'time-limited',
  'compensable',
  'irreversible',
]

export type Reviewed = NonNullable<Tool['reviewed']>

/** The classification of a call. Never lower than the worst case unless a discriminator matched. */
export function classificationOf(
  reviewed: Reviewed,
  kind: ToolKind,
  args: JsonObject,
): Classification {
  const { entry, definition } = reviewed
  const matched = matchedDiscriminator(entry, kind, definition, args)
  if (matched !== undefined) return withTriggers({ ...entry.worst, ...matched })
  return withTriggers(raisedByHints(entry, definition))
}

/**
 * Everything a call of the tool can be classified as: its worst case, and each case a discriminator makes of it, with
 * hints and triggers applied. What policy must have an answer for. Without a definition, as for an entry that is not
 * connected to a server yet, every hint it may declare counts.
 */
export function classesOf({ entry, definition }: Classifiable): readonly Classification[] {
  const worst =
    definition === undefined
      ? POSSIBLE_HINTS.map((annotations) => raisedByHints(entry, { name: '', annotations }))
      : [raisedByHints(entry, definition)]
  const discriminated = entry.discriminators.map(({ is }) => ({ ...entry.worst, ...is }))
  return [...worst, ...discriminated].map(withTriggers)
}

/** An entry, with the definition it was written for where that is known. */
export type Classifiable = { readonly entry: ToolEntry; readonly definition?: ToolDefinition }

const POSSIBLE_HINTS = [{}, { readOnlyHint: false }, { destructiveHint: true }] as const

/**
 * The members the first true discriminator sets. None when one before it cannot be read, and none when the call
 * carries an argument the definition does not have: nobody reviewed what that one does.
 */
function matchedDiscriminator(
  entry: ToolEntry,
  kind: ToolKind,
  definition: ToolDefinition,
  args: JsonObject,
): Partial<Classification> | undefined {
  if (entry.discriminators.length === 0) return undefined
  const declared = declaredArguments(kind, definition)
  if (Object.keys(args).some((name) => !declared.has(name))) return undefined
  for (const { when, is } of entry.discriminators) {
    const answer = evaluateExpression(when, { args })
    if (!answer.ok || typeof answer.value !== 'boolean') return undefined
    if (answer.value) return is
  }
  return undefined
}

/** Names of the arguments a definition declares: `properties` of a tool, `arguments` of a prompt, a `uri`. */
export function declaredArguments(kind: ToolKind, definition: ToolDefinition): ReadonlySet<string> {
  if (kind === 'resource') return new Set(['uri'])
  if (kind === 'prompt') {
    const list = Array.isArray(definition.arguments) ? definition.arguments : []
    return new Set(list.flatMap((item) => (typeof item?.name === 'string' ? [item.name] : [])))
  }
  const schema = definition.inputSchema
  const properties = isObject(schema) ? schema.properties : undefined
  return new Set(isObject(properties) ? Object.keys(properties) : [])
}

/**
 * Hints of the server raise the worst case and nothing else: `readOnlyHint: false` makes a read an `annotate`,
 * `destructiveHint: true` makes anything at least a `write`. Only declared hints count (an absent one means
 * "destructive" in MCP and would say that of every second tool). They speak of the tool as a whole, so they say nothing
 * about arguments a discriminator has singled out. No higher than `write`: servers set the destructive hint for
 * every POST, so it carries no more than that.
 */
function raisedByHints(entry: ToolEntry, definition: ToolDefinition): Classification {
  if (entry.disputedHint !== undefined) return entry.worst
  const hints = definition.annotations
  if (!isObject(hints)) return entry.worst
  const isReadOnly = hints.readOnlyHint === true
  const floor: Effect =
    hints.destructiveHint === true && !isReadOnly
      ? 'write'
      : hints.readOnlyHint === false
        ? 'annotate'
        : 'read'
  return { ...entry.worst, effect: worstEffect(entry.worst.effect, floor) }
}

function withTriggers(own: Classification): Classification {
  if (own.triggers.length === 0) return own
  return {
    ...own,
    effect: own.triggers.map((trigger) => trigger.effect).reduce(worstEffect, own.effect),
    reversibility: own.triggers
      .map((trigger) => trigger.reversibility)
      .reduce(worstReversibility, own.reversibility),
    flags: [...new Set([...own.flags, ...own.triggers.flatMap((trigger) => trigger.flags)])],
  }
}

export function worstEffect(one: Effect, other: Effect): Effect {
  return EFFECTS.indexOf(one) >= EFFECTS.indexOf(other) ? one : other
}

function worstReversibility(one: Reversibility, other: Reversibility): Reversibility {
  return REVERSIBILITIES.indexOf(one) >= REVERSIBILITIES.indexOf(other) ? one : other
}
