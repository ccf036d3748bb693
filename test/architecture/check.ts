/**
 * Checks modules against the rank table. Pure: it takes sources and says what is wrong, so that a test can
 * hand it planted violations and see each one named.
 */
import { posix } from 'node:path'
import { type Edge, type ModuleFacts, readModule } from './edges.ts'
import {
  DOORS,
  ENVIRONMENT_READER,
  FILE_EXCEPTIONS,
  FOLDERS,
  type FolderRule,
  PURE_UP_TO_RANK,
  RANGE_USER,
  ROOT_FILES,
} from './rank-table.ts'

export type SourceFile = { readonly path: string; readonly source: string }

export type Violation = {
  readonly rule:
    | 'unknown folder'
    | 'rank'
    | 'type only'
    | 'npm'
    | 'node'
    | 'unresolved'
    | 'computed import'
    | 'door'
    | 'ambient'
    | 'environment'
    | 'verify reaches too far'
    | 'outside src'
  readonly path: string
  readonly detail: string
}

export type Report = { readonly modulesSeen: number; readonly violations: readonly Violation[] }

/** A folder is the first part below src/; the composition root's files have none. */
const ROOT: FolderRule = { rank: 5, values: 'any', types: 'any', npm: 'any', node: 'any' }

/** Checks all of src/. Every path starts with `src/` and uses forward slashes. */
export function checkSource(files: readonly SourceFile[]): Report {
  const modules = new Map(files.map((file) => [file.path, readModule(file.path, file.source)]))
  const violations = [...modules.values()].flatMap((module) => checkModule(module, modules))
  return {
    modulesSeen: modules.size,
    violations: [...violations, ...checkVerify(modules)],
  }
}

/** Checks that modules outside the product (the range, its agents) import nothing of src/. */
export function checkOutsiders(files: readonly SourceFile[]): Report {
  const modules = files.map((file) => readModule(file.path, file.source))
  const violations = modules.flatMap((module) =>
    module.edges
      .filter((edge) => targetOf(module.path, edge.specifier)?.startsWith('src/') === true)
      .map((edge) => violation('outside src', module, edge.specifier)),
  )
  return { modulesSeen: modules.length, violations }
}

type Modules = ReadonlyMap<string, ModuleFacts>

function checkModule(module: ModuleFacts, modules: Modules): readonly Violation[] {
  const folder = folderOf(module.path)
  const rule = ruleOf(module.path)
  if (rule === undefined) return [violation('unknown folder', module, folder)]
  return [
    ...module.edges.flatMap((edge) => checkEdge(module, rule, edge, modules)),
    ...checkAmbient(module, rule),
    ...(module.hasComputedImport ? [violation('computed import', module, 'import(…)')] : []),
  ]
}

function checkEdge(
  module: ModuleFacts,
  rule: FolderRule,
  edge: Edge,
  modules: Modules,
): readonly Violation[] {
  const target = targetOf(module.path, edge.specifier)
  if (target === undefined) return checkPackage(module, rule, edge)
  if (target.startsWith('range/') && folderOf(module.path) === RANGE_USER) return []
  if (!modules.has(target)) return [violation('unresolved', module, edge.specifier)]
  return [...checkRank(module, rule, edge, target), ...checkDoors(module, edge, target)]
}

function checkRank(
  module: ModuleFacts,
  rule: FolderRule,
  edge: Edge,
  target: string,
): readonly Violation[] {
  const to = folderOf(target)
  if (to === folderOf(module.path) || allows(rule.values, to)) return []
  if (!allows(rule.types, to)) return [violation('rank', module, target)]
  return edge.isTypeOnly ? [] : [violation('type only', module, target)]
}

function checkPackage(module: ModuleFacts, rule: FolderRule, edge: Edge): readonly Violation[] {
  const exception = FILE_EXCEPTIONS[module.path]
  if (edge.specifier.startsWith('node:')) {
    const isAllowed = allows(rule.node, edge.specifier) || exception?.node?.includes(edge.specifier)
    return isAllowed === true ? [] : [violation('node', module, edge.specifier)]
  }
  const name = packageOf(edge.specifier)
  const isAllowed = allows(rule.npm, name) || exception?.npm?.includes(name)
  return isAllowed === true ? [] : [violation('npm', module, edge.specifier)]
}

function checkDoors(module: ModuleFacts, edge: Edge, target: string): readonly Violation[] {
  return DOORS.filter((door) => {
    const opens = edge.names.includes(door.name) || (edge.names.includes('*') && !edge.isTypeOnly)
    return door.module === target && opens && folderOf(module.path) !== door.folder
  }).map((door) => violation('door', module, `${door.name} is only for ${door.folder}/`))
}

function checkAmbient(module: ModuleFacts, rule: FolderRule): readonly Violation[] {
  const environment =
    module.readsEnvironment && module.path !== ENVIRONMENT_READER
      ? [violation('environment', module, 'process.env')]
      : []
  if (rule.rank > PURE_UP_TO_RANK) return environment
  return [...environment, ...module.ambient.map((use) => violation('ambient', module, use))]
}

/**
 * The verifier is what a stranger runs to trust nobody: everything it reaches, types included, is its own
 * folder, the kernel or the ledger, and none of that uses a package.
 */
function checkVerify(modules: Modules): readonly Violation[] {
  const found: Violation[] = []
  const reached = new Set([...modules.keys()].filter((path) => folderOf(path) === 'verify'))
  for (const path of reached) {
    const module = modules.get(path)
    if (module === undefined) continue
    for (const edge of module.edges) {
      const target = targetOf(path, edge.specifier)
      const isBuiltIn = edge.specifier.startsWith('node:')
      const isOwn =
        target !== undefined && ['kernel', 'ledger', 'verify'].includes(folderOf(target))
      if (isOwn) reached.add(target)
      else if (!isBuiltIn) found.push(violation('verify reaches too far', module, edge.specifier))
    }
  }
  return found
}

function violation(rule: Violation['rule'], module: ModuleFacts, detail: string): Violation {
  return { rule, path: module.path, detail }
}

function allows(list: readonly string[] | 'any', name: string): boolean {
  return list === 'any' || list.includes(name)
}

function ruleOf(path: string): FolderRule | undefined {
  const folder = folderOf(path)
  if (folder === '') return ROOT_FILES.includes(posix.basename(path)) ? ROOT : undefined
  return Object.hasOwn(FOLDERS, folder) ? FOLDERS[folder] : undefined
}

/** `policy` for `src/policy/cedar/x.ts`, the empty text for `src/main.ts`. */
function folderOf(path: string): string {
  const parts = path.split('/')
  return parts.length > 2 ? (parts[1] ?? '') : ''
}

/** The path a relative specifier names; undefined for packages and built-ins. */
function targetOf(from: string, specifier: string): string | undefined {
  return specifier.startsWith('.')
    ? posix.normalize(posix.join(posix.dirname(from), specifier))
    : undefined
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? '')
}
