/**
 * Reads the shipped and the operator's own entry files. YAML 1.2 core schema without aliases, anchors or custom
 * tags, each key once: what is read is what is written there.
 */
import { readdir, readFile } from 'node:fs/promises'
import { basename, extname, join } from 'node:path'
import { parseDocument, visit } from 'yaml'
import type { ShippedEntry } from '../catalogue/entry-file.ts'
import { parseEntryFile } from '../catalogue/entry-file.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonValue } from '../kernel/strict-json.ts'

/** The largest shipped file has a few KiB; a file of a whole vendor suite stays below this. */
const MAX_BYTES = 1024 * 1024
const ENDINGS: readonly string[] = ['.yaml', '.yml', '.json']

/** All entries of the entry files in a directory, sorted by file. Throws `catalogue_invalid` naming the place. */
export async function readCatalogue(directory: string): Promise<readonly ShippedEntry[]> {
  const names = (await readdir(directory)).filter((name) => ENDINGS.includes(extname(name))).sort()
  const files = await Promise.all(names.map((name) => readCatalogueFile(join(directory, name))))
  return files.flat()
}

/** The entries of one file. Throws `catalogue_invalid`. */
export async function readCatalogueFile(path: string): Promise<readonly ShippedEntry[]> {
  const file = basename(path, extname(path))
  const bytes = await readFile(path)
  if (bytes.length > MAX_BYTES)
    throw new Failure('catalogue_invalid', `${file}: larger than ${MAX_BYTES} bytes`)
  return parseEntryFile(file, yamlValue(file, bytes.toString('utf8')))
}

function yamlValue(file: string, text: string): JsonValue {
  const document = parseDocument(text, {
    schema: 'core',
    version: '1.2',
    strict: true,
    uniqueKeys: true,
  })
  const [problem] = [...document.errors, ...document.warnings]
  if (problem !== undefined) {
    throw new Failure('catalogue_invalid', `${file}: ${problem.message.split('\n')[0]}`)
  }
  visit(document, {
    Alias: () => {
      throw new Failure('catalogue_invalid', `${file}: aliases are not allowed`)
    },
  })
  return document.toJS({ maxAliasCount: 0 }) as JsonValue
}
