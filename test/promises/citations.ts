/**
 * Finds which tests cite which promises, by reading the tests as code. A citation is `[R9]` or `[R9 R22]` in
 * the title of a test or of a group around it. Tests that are skipped, planned or expected to fail prove
 * nothing and do not count.
 */
import { importedFiles } from '../syntax/imports.ts'
import { childrenOf, fixedText, nameOf, parseModule, type SyntaxNode } from '../syntax/walk.ts'
import { CITATION, idsIn } from './ids.ts'

export type TestSource = { readonly path: string; readonly source: string }

export type Citation = {
  readonly id: string
  /** The `.test.ts` file that runs the test; a shared suite is cited by each file that imports it. */
  readonly file: string
  readonly title: string
}

export type Citations = {
  readonly citations: readonly Citation[]
  /** Looks like a citation and is none: a bad spelling, or a text that is not the title of a test. */
  readonly strays: readonly string[]
}

const LOOKS_LIKE_ONE = /\[\s*R\d+/g
const PROVES_NOTHING = ['skip', 'todo', 'fails']

/** Reads all files below test/; those ending in `.test.ts` run, the others are what they import. */
export function collectCitations(files: readonly TestSource[]): Citations {
  // Most files cite nothing, and a look at their text tells.
  const citing = files.filter(({ source }) => source.search(LOOKS_LIKE_ONE) >= 0)
  const parsed = citing.map((file) => ({ path: file.path, ...readTests(file) }))
  const runners = runnersOf(files)
  return {
    citations: parsed.flatMap(({ path, titles }) =>
      titles.flatMap((title) =>
        idsIn(title).flatMap((id) =>
          (runners.get(path) ?? []).map((file) => ({ id, file, title })),
        ),
      ),
    ),
    strays: parsed.flatMap(({ path, strays }) => strays.map((text) => `${path}: ${text}`)),
  }
}

type Read = { readonly titles: readonly string[]; readonly strays: readonly string[] }
type Around = { readonly title: string; readonly proves: boolean }

function readTests(file: TestSource): Read {
  const titles: string[] = []
  const strays: string[] = []
  const visit = (node: SyntaxNode, around: Around): void => {
    const found = testCall(node)
    if (found === undefined) {
      if (isStray(fixedText(node))) strays.push(String(fixedText(node)))
      for (const child of childrenOf(node)) visit(child, around)
      return
    }
    const title = around.title === '' ? found.title : `${around.title} ${found.title}`
    const proves = around.proves && !found.modifiers.some((name) => PROVES_NOTHING.includes(name))
    if (found.isTest && proves) titles.push(title)
    if (hasBadSpelling(found.title)) strays.push(found.title)
    const within = found.isTest ? { title, proves: false } : { title, proves }
    for (const child of childrenOf(node)) if (child !== found.titleNode) visit(child, within)
  }
  visit(parseModule(file.path, file.source), { title: '', proves: true })
  return { titles, strays }
}

type TestCall = {
  readonly title: string
  readonly titleNode: unknown
  readonly isTest: boolean
  readonly modifiers: readonly string[]
}

/** `it('…')`, `test.only('…')`, `describe.each(rows)('…')` and their kin. */
function testCall(node: SyntaxNode): TestCall | undefined {
  if (node.type !== 'CallExpression' || !Array.isArray(node.arguments)) return undefined
  const titleNode: unknown = node.arguments[0]
  const title = fixedText(titleNode)
  if (title === undefined) return undefined
  const modifiers: string[] = []
  let callee: unknown = node.callee
  for (;;) {
    const name = nameOf(callee)
    if (name !== undefined) {
      const isTest = name === 'it' || name === 'test'
      return isTest || name === 'describe' ? { title, titleNode, isTest, modifiers } : undefined
    }
    const current = callee as SyntaxNode | undefined
    if (current?.type === 'MemberExpression') {
      modifiers.push(nameOf(current.property) ?? '')
      callee = current.object
    } else if (current?.type === 'CallExpression') callee = current.callee
    else if (current?.type === 'TaggedTemplateExpression') callee = current.tag
    else return undefined
  }
}

function isStray(text: string | undefined): boolean {
  return text !== undefined && text.search(LOOKS_LIKE_ONE) >= 0
}

function hasBadSpelling(title: string): boolean {
  return [...title.matchAll(LOOKS_LIKE_ONE)].length !== [...title.matchAll(CITATION)].length
}

/** For each file, the `.test.ts` files that import it, directly or through others, or itself. */
function runnersOf(files: readonly TestSource[]): ReadonlyMap<string, readonly string[]> {
  const imports = new Map(files.map(({ path, source }) => [path, importedFiles(path, source)]))
  const runners = new Map<string, string[]>()
  for (const { path } of files.filter((file) => file.path.endsWith('.test.ts'))) {
    const reached = new Set([path])
    for (const at of reached) for (const next of imports.get(at) ?? []) reached.add(next)
    for (const at of reached) runners.set(at, [...(runners.get(at) ?? []), path])
  }
  return runners
}
