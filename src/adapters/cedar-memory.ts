/**
 * Remembers what one shard said, so that the same question is put to the engine once. A verdict follows from the
 * policies, the schema and the slice alone; so the same slice has the same verdict, and a part of the slice that no
 * policy of the shard can see makes no other question. What cannot be seen is read from the policy texts, and in any
 * doubt everything counts as seen.
 *
 * Errors are not remembered: they are counted each time and tried again.
 */
import type { Verdict } from '../policy/ports.ts'
import type { Slice } from './cedar-slice.ts'

export type VerdictMemory = {
  /** Calls `ask` unless the same was asked before. The slice has passed `sliceProblem`. */
  readonly recall: (slice: Slice, ask: () => Verdict) => Verdict
}

/** Different from call to call although nothing else is. */
const CLOCK = ['now', 'caseAgeMs'] as const

/** About 1 KB each; an agent at work asks a few dozen different questions about one kind of action. */
const MOST_VERDICTS = 512

/** `texts` are all policies of the shard. */
export function rememberVerdicts(texts: Readonly<Record<string, string>>): VerdictMemory {
  const keyOf = keyFor(Object.values(texts))
  const verdicts = new Map<string, Verdict>()
  return {
    recall: (slice, ask) => {
      const key = keyOf(slice)
      const known = verdicts.get(key)
      if (known !== undefined) return known
      const verdict = ask()
      if (verdict.kind === 'error') return verdict
      // The oldest goes; a question that is asked again and again is soon back.
      if (verdicts.size >= MOST_VERDICTS) verdicts.delete(verdicts.keys().next().value ?? '')
      verdicts.set(key, verdict)
      return verdict
    },
  }
}

function keyFor(texts: readonly string[]): (slice: Slice) => string {
  const seen = contextAttributesIn(texts)
  const unseen = seen === undefined ? [] : CLOCK.filter((name) => !seen.has(name))
  const namesEntities = texts.some(namesAnEntity)
  return (slice) => {
    const context: Record<string, unknown> = { ...slice.context }
    // Set rather than removed, which would make a slow object of it; no slice holds an undefined attribute.
    for (const name of unseen) context[name] = undefined
    const isUsual =
      slice.entities.length === 2 &&
      slice.entities[0]?.uid === slice.principal &&
      slice.entities[1]?.uid === slice.resource
    if (namesEntities || !isUsual) return JSON.stringify({ ...slice, context })
    const [principal, resource] = slice.entities
    const kinds = [slice.principal.type, slice.resource.type, slice.action.type, slice.action.id]
    return JSON.stringify([
      kinds,
      principal?.attrs,
      principal?.parents,
      resource?.attrs,
      resource?.parents,
      context,
    ])
  }
}

/**
 * An entity is told from others of its type by its id alone, and a policy can only name that in a literal, which has
 * `::`. Every one that is not plainly of an action counts, also one torn apart by a comment.
 */
function namesAnEntity(text: string): boolean {
  return text.split('::').length > text.split(/(?<!::\s*)\bAction::/).length
}

const CONTEXT = /\bcontext\b/g
const ATTRIBUTE = /\bcontext(?:\s*\.\s*|\s+has\s+)([A-Za-z_]\w*)/g

/** The attributes of the context that the policies name, or undefined when one uses it in any other way. */
function contextAttributesIn(texts: readonly string[]): ReadonlySet<string> | undefined {
  const names = new Set<string>()
  for (const text of texts) {
    const named = [...text.matchAll(ATTRIBUTE)]
    if (named.length < [...text.matchAll(CONTEXT)].length) return undefined
    for (const [, name] of named) names.add(name ?? '')
  }
  return names
}
