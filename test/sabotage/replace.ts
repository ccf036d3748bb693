/** Rewrites the source of one module so that one exported function does something else. Pure. */
import { isNode, nameOf, parseModule, type SyntaxNode } from '../syntax/walk.ts'
import { CALLED } from './plan.ts'
import type { Sabotage } from './sabotage.ts'

/**
 * The module with the replacement in it. Calls from inside the module meet the replacement too.
 * Throws when the module has no such exported function, so that a stale sabotage is never a silent one.
 */
export function replaceExport(source: string, sabotage: Sabotage): string {
  const program = parseModule(sabotage.module, source)
  const made = exportedFunction(program, sabotage.export)
  if (made === undefined) {
    throw new Error(`${sabotage.module} exports no function ${sabotage.export}`)
  }
  const [start, end] = spanOf(made)
  const bodyStart = spanOf(made.body)[0]
  const isArrow = made.type === 'ArrowFunctionExpression'
  const signatureEnd = isArrow ? source.lastIndexOf('=>', bodyStart) + 2 : bodyStart
  const told = `globalThis[Symbol.for('${CALLED}')]?.()`
  return [
    source.slice(0, start),
    `${source.slice(start, signatureEnd)} { ${told}; ${sabotage.body} }`,
    source.slice(end),
    `\n${originalOf(made, source)}\n`,
  ].join('')
}

/** The function as it was, under the name `original`; a declaration, where it was one, so that it hoists. */
function originalOf(made: SyntaxNode, source: string): string {
  const [start, end] = spanOf(made)
  if (made.type !== 'FunctionDeclaration') return `const original = ${source.slice(start, end)}`
  const [nameStart, nameEnd] = spanOf(made.id)
  return `${source.slice(start, nameStart)}original${source.slice(nameEnd, end)}`
}

function exportedFunction(program: SyntaxNode, name: string): SyntaxNode | undefined {
  for (const statement of nodesIn(program.body)) {
    const isExport = statement.type === 'ExportNamedDeclaration'
    const declaration = isExport ? statement.declaration : statement
    const made = isNode(declaration) ? functionNamed(declaration, name) : undefined
    if (made !== undefined && (isExport || isExportedBelow(program, name))) return made
  }
  return undefined
}

function functionNamed(declaration: SyntaxNode, name: string): SyntaxNode | undefined {
  if (declaration.type === 'FunctionDeclaration') {
    return nameOf(declaration.id) === name ? declaration : undefined
  }
  const made = nodesIn(declaration.declarations).find((one) => nameOf(one.id) === name)?.init
  const isFunction =
    isNode(made) && ['ArrowFunctionExpression', 'FunctionExpression'].includes(made.type)
  return isFunction ? made : undefined
}

function isExportedBelow(program: SyntaxNode, name: string): boolean {
  return nodesIn(program.body)
    .filter((statement) => statement.type === 'ExportNamedDeclaration')
    .flatMap((statement) => nodesIn(statement.specifiers))
    .some((specifier) => nameOf(specifier.local) === name && nameOf(specifier.exported) === name)
}

function nodesIn(value: unknown): readonly SyntaxNode[] {
  return Array.isArray(value) ? value.filter(isNode) : []
}

function spanOf(node: unknown): readonly [start: number, end: number] {
  const start = isNode(node) ? node.start : undefined
  const end = isNode(node) ? node.end : undefined
  if (typeof start !== 'number' || typeof end !== 'number')
    throw new Error('a node without a place')
  return [start, end]
}
