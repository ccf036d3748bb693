/**
 * References inside a schema: ones that leave it, lead nowhere, lead back to themselves, or that grow without bound when
 * followed ("billion laughs"). Whoever expands such a schema, a model client for one, stalls or runs out of memory.
 */
import type { JsonValue } from '../kernel/strict-json.ts'
import { isObject } from '../kernel/strict-json.ts'
import type { FindingCode } from './lint-finding.ts'

/** Twenty times the largest schema the linter reads. */
const MAX_EXPANDED = 100_000

type Expansion = {
  readonly root: JsonValue
  readonly codes: Set<FindingCode>
  /** Size of what a reference expands to, once known. */
  readonly sizes: Map<string, number>
  /** References being followed now. */
  readonly open: Set<string>
}

/** The codes of what is wrong with the references of one schema. */
export function lintReferences(schema: JsonValue): readonly FindingCode[] {
  const expansion: Expansion = { root: schema, codes: new Set(), sizes: new Map(), open: new Set() }
  if (expandedSize(expansion, schema) > MAX_EXPANDED) expansion.codes.add('recursive-reference')
  return [...expansion.codes]
}

function expandedSize(expansion: Expansion, node: JsonValue): number {
  if (typeof node !== 'object' || node === null) return 1
  let size = 1
  for (const [key, value] of Object.entries(node)) {
    const isReference = !Array.isArray(node) && (key === '$ref' || key === '$dynamicRef')
    size += isReference ? referencedSize(expansion, value) : expandedSize(expansion, value)
    if (size > MAX_EXPANDED) return size
  }
  return size
}

function referencedSize(expansion: Expansion, reference: JsonValue): number {
  const { root, codes, sizes, open } = expansion
  if (typeof reference !== 'string' || !reference.startsWith('#')) {
    codes.add('remote-reference')
    return 1
  }
  const known = sizes.get(reference)
  if (known !== undefined) return known
  if (open.has(reference)) {
    codes.add('recursive-reference')
    return 1
  }
  const target = targetOf(root, reference)
  if (target === undefined) {
    codes.add('schema-invalid')
    return 1
  }
  open.add(reference)
  const size = expandedSize(expansion, target)
  open.delete(reference)
  sizes.set(reference, size)
  return size
}

/** What a JSON pointer fragment (RFC 6901 section 6) or an anchor names; undefined when it names nothing. */
function targetOf(root: JsonValue, reference: string): JsonValue | undefined {
  if (reference !== '#' && !reference.startsWith('#/')) return anchored(root, reference.slice(1))
  const steps = reference.slice(1).split('/').slice(1)
  let at: JsonValue | undefined = root
  for (const step of steps) {
    const key = decoded(step)
    if (Array.isArray(at)) at = at[Number(key)]
    else at = isObject(at) && Object.hasOwn(at, key) ? at[key] : undefined
  }
  return at
}

function decoded(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~')
  } catch {
    return step
  }
}

function anchored(node: JsonValue, name: string): JsonValue | undefined {
  if (typeof node !== 'object' || node === null) return undefined
  if (isObject(node) && (node.$anchor === name || node.$dynamicAnchor === name)) return node
  for (const inner of Object.values(node)) {
    const found = anchored(inner, name)
    if (found !== undefined) return found
  }
  return undefined
}
