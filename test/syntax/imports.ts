/** Which files a source file makes Node load. Reads no more of it than its imports, which is quick. */
import { posix } from 'node:path'
import { parseSync } from 'oxc-parser'

/** The project's own files that are imported for their code, by path from the root of the repository. */
export function importedFiles(path: string, source: string): readonly string[] {
  const { staticImports, staticExports } = parseSync(path, source).module
  const specifiers = [
    ...staticImports
      .filter(({ entries }) => entries.length === 0 || entries.some((entry) => !entry.isType))
      .map(({ moduleRequest }) => moduleRequest.value),
    ...staticExports
      .flatMap(({ entries }) => entries)
      .flatMap(({ moduleRequest, isType }) => (isType ? [] : (moduleRequest?.value ?? []))),
  ]
  return specifiers
    .filter((specifier) => specifier.startsWith('.'))
    .map((specifier) => posix.join(posix.dirname(path), specifier))
}
