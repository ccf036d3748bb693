/**
 * The order in which the tests of a trial are tried. It ends with the tests that show the rule gone, and a test
 * beside the rule loads a tenth of what a whole gateway does; so what loads least comes first.
 */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../promises/read-tests.ts'
import { importedFiles } from '../syntax/imports.ts'

const importsRead = new Map<string, readonly string[]>()

/** With `first`, where it is one of them, before all others. */
export function lightestFirst(files: Iterable<string>, first?: string): readonly string[] {
  const weighed = [...files].map((file) => ({ file, weight: file === first ? 0 : weightOf(file) }))
  return weighed.toSorted((a, b) => a.weight - b.weight).map(({ file }) => file)
}

/** How many of the project's files it loads. */
function weightOf(file: string): number {
  const loaded = new Set([file])
  for (const path of loaded) for (const next of importsOf(path)) loaded.add(next)
  return loaded.size
}

function importsOf(path: string): readonly string[] {
  const known = importsRead.get(path)
  if (known !== undefined) return known
  const place = join(ROOT, path)
  const imports =
    path.endsWith('.ts') && existsSync(place)
      ? importedFiles(path, readFileSync(place, 'utf8'))
      : []
  importsRead.set(path, imports)
  return imports
}
