/** A walk over the syntax tree of one source file, for the tests that read code as data. */
import { parseSync } from 'oxc-parser'

/** A node as ESTree has it. Only what a reader checked for is known about its fields. */
export type SyntaxNode = { readonly type: string } & { readonly [field: string]: unknown }

/** Throws when the file does not parse, so that a file nobody could read is never "without findings". */
export function parseModule(path: string, source: string): SyntaxNode {
  const { program, errors } = parseSync(path, source)
  const first = errors[0]
  if (first !== undefined) throw new Error(`${path} does not parse: ${first.message}`)
  return program as unknown as SyntaxNode
}

export function isNode(value: unknown): value is SyntaxNode {
  return (
    typeof value === 'object' && value !== null && typeof Reflect.get(value, 'type') === 'string'
  )
}

/** The nodes directly below, in source order. */
export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  return Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  )
}

/** Visits a node and everything below it. */
export function walk(node: SyntaxNode, visit: (node: SyntaxNode) => void): void {
  visit(node)
  for (const child of childrenOf(node)) walk(child, visit)
}

/** The text of a string literal or of a template without placeholders; undefined for anything else. */
export function literalText(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  const hasPlaceholder = Array.isArray(node.expressions) && node.expressions.length > 0
  return hasPlaceholder ? undefined : fixedText(node)
}

/** The same, but a template may have placeholders; each reads as `…`. */
export function fixedText(node: unknown): string | undefined {
  if (!isNode(node)) return undefined
  if (node.type === 'Literal') return typeof node.value === 'string' ? node.value : undefined
  if (node.type !== 'TemplateLiteral' || !Array.isArray(node.quasis)) return undefined
  return node.quasis.map((quasi) => String(Reflect.get(quasi.value, 'cooked'))).join('…')
}

/** The name of an identifier, or undefined. */
export function nameOf(node: unknown): string | undefined {
  if (!isNode(node) || node.type !== 'Identifier') return undefined
  return typeof node.name === 'string' ? node.name : undefined
}
