/** What one module reaches for: other modules, packages, and the ambient world. */
import { literalText, nameOf, parseModule, type SyntaxNode, walk } from '../syntax/walk.ts'

export type Edge = {
  readonly specifier: string
  readonly isTypeOnly: boolean
  /** Imported or re-exported names; `*` for a namespace or a star. */
  readonly names: readonly string[]
}

export type ModuleFacts = {
  readonly path: string
  readonly edges: readonly Edge[]
  /** Uses of time, timers, randomness, network and process, such as `Date.now`. */
  readonly ambient: readonly string[]
  readonly readsEnvironment: boolean
  /** A dynamic import whose target cannot be read from the source. */
  readonly hasComputedImport: boolean
}

const AMBIENT_CALLS = ['setTimeout', 'setInterval', 'setImmediate', 'fetch']
const AMBIENT_OBJECTS = ['process', 'performance', 'crypto']
const AMBIENT_MEMBERS = ['Date.now', 'Math.random', 'AbortSignal.timeout']

/** Reads a module. Throws when it does not parse. */
export function readModule(path: string, source: string): ModuleFacts {
  const edges: Edge[] = []
  const ambient: string[] = []
  let readsEnvironment = false
  let hasComputedImport = false
  walk(parseModule(path, source), (node) => {
    const edge = edgeOf(node)
    if (edge !== undefined) edges.push(edge)
    const use = ambientUse(node)
    if (use !== undefined) ambient.push(use)
    if (memberText(node) === 'process.env') readsEnvironment = true
    if (node.type === 'ImportExpression' && literalText(node.source) === undefined) {
      hasComputedImport = true
    }
  })
  return { path, edges, ambient, readsEnvironment, hasComputedImport }
}

function edgeOf(node: SyntaxNode): Edge | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration': {
      const specifier = literalText(node.source)
      if (specifier === undefined) return undefined
      const isTypeOnly = node.importKind === 'type' || node.exportKind === 'type'
      return { specifier, isTypeOnly, names: importedNames(node) }
    }
    case 'TSImportType':
      return typed(literalText(node.source), true)
    case 'ImportExpression':
      return typed(literalText(node.source), false)
    case 'TSExternalModuleReference':
      return typed(literalText(node.expression), false)
    case 'NewExpression':
      return workerEdge(node)
    default:
      return undefined
  }
}

function typed(specifier: string | undefined, isTypeOnly: boolean): Edge | undefined {
  return specifier === undefined ? undefined : { specifier, isTypeOnly, names: ['*'] }
}

/** `new URL('./worker.ts', import.meta.url)` is how a worker's code is reached: an import by another name. */
function workerEdge(node: SyntaxNode): Edge | undefined {
  if (nameOf(node.callee) !== 'URL' || !Array.isArray(node.arguments)) return undefined
  const specifier = literalText(node.arguments[0])
  const isCode = specifier?.startsWith('.') === true && /\.[cm]?[jt]sx?$/.test(specifier)
  return isCode ? typed(specifier, false) : undefined
}

function importedNames(node: SyntaxNode): readonly string[] {
  if (!Array.isArray(node.specifiers)) return ['*']
  return node.specifiers.map((specifier: SyntaxNode) => {
    const imported = specifier.type === 'ExportSpecifier' ? specifier.local : specifier.imported
    if (specifier.type === 'ImportNamespaceSpecifier') return '*'
    return nameOf(imported) ?? literalText(imported) ?? 'default'
  })
}

function ambientUse(node: SyntaxNode): string | undefined {
  const member = memberText(node)
  if (member !== undefined) {
    const object = member.slice(0, member.indexOf('.'))
    if (AMBIENT_MEMBERS.includes(member) || AMBIENT_OBJECTS.includes(object)) return member
  }
  if (node.type === 'NewExpression' && nameOf(node.callee) === 'Date') {
    return Array.isArray(node.arguments) && node.arguments.length === 0 ? 'new Date()' : undefined
  }
  if (node.type !== 'CallExpression') return undefined
  const callee = nameOf(node.callee)
  return callee !== undefined && AMBIENT_CALLS.includes(callee) ? `${callee}()` : undefined
}

function memberText(node: SyntaxNode): string | undefined {
  if (node.type !== 'MemberExpression') return undefined
  const object = nameOf(node.object)
  const property = node.computed === true ? literalText(node.property) : nameOf(node.property)
  return object === undefined || property === undefined ? undefined : `${object}.${property}`
}
