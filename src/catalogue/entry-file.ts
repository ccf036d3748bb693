/**
 * Entry files: reviewed classifications of the tools of one server package, pinned by digest. Reading YAML happens in
 * adapters/; here a JSON value becomes entries, or a message that names the place and the rule.
 */
import { digestOfJson } from '../kernel/canonical-json.ts'
import type { Digest } from '../kernel/digest.ts'
import { isDigest } from '../kernel/digest.ts'
import { Failure } from '../kernel/failure.ts'
import type { JsonObject, JsonValue } from '../kernel/strict-json.ts'
import { readEntry } from './entry-reader.ts'
import { entryProblems } from './entry-rules.ts'
import { FINDINGS } from './lint-finding.ts'
import { Reading } from './reading.ts'
import type { ToolEntry } from './tool.ts'

/** One tool of a shipped file. */
export type ShippedEntry = {
  /** Name of the file without its ending; becomes part of `reviewed.by`. */
  readonly file: string
  readonly server: { readonly package: string; readonly version: string }
  readonly name: string
  /** Digests of the definitions it was written for; a server may give one per database or platform. */
  readonly definitions: readonly Digest[]
  /** Linter findings that whoever wrote the file looked at and accepts. */
  readonly accepts: readonly string[]
  readonly entry: ToolEntry
}

/** Digest of what a person reviewed; part of every rule digest that decides a call of the tool. */
export function entryDigest(entry: ToolEntry): Digest {
  return digestOfJson('countersign-catalogue-v1', entry)
}

/**
 * The entries of one file. `file` names it in messages and in `reviewed.by`.
 * Throws `catalogue_invalid`, whose message names file, path and rule.
 */
export function parseEntryFile(file: string, value: JsonValue): readonly ShippedEntry[] {
  const root = new Reading(file, '', value)
  const top = root.object(['server', 'tools'])
  const server = top.member('server').object(['package', 'version'])
  const origin = {
    package: server.member('package').text(),
    version: server.member('version').text(),
  }
  const entries = top
    .member('tools')
    .list()
    .map((item) => readTool(file, origin, item))
  const seen = new Set<string>()
  for (const { name, entry } of entries) {
    const key = `${entry.kind} ${name}`
    if (seen.has(key)) throw new Failure('catalogue_invalid', `${file}: ${key} stands there twice`)
    seen.add(key)
  }
  checkInverses(file, entries)
  return entries
}

const TOOL_MEMBERS = ['name', 'definition', 'accepts'] as const

function readTool(file: string, server: ShippedEntry['server'], item: Reading): ShippedEntry {
  const name = item.peek('name')
  const named = typeof name === 'string' ? item.renamed(`tools[${name}]`) : item
  const entry = readEntry(named, TOOL_MEMBERS)
  const tool = named.object()
  const definition = tool.member('definition')
  const digests = Array.isArray(definition.value) ? definition.list() : [definition]
  const definitions = digests.map((each) => each.matching(isDigest, 'sha256: and 64 hex digits'))
  const accepts = tool
    .optional('accepts')
    ?.list()
    .map((each) =>
      each.matching((code) => Object.hasOwn(FINDINGS, code), 'a finding of the linter'),
    )
  const [problem] = entryProblems(entry)
  if (problem !== undefined) throw named.failure(problem)
  return {
    file,
    server,
    name: tool.member('name').text(),
    definitions,
    accepts: accepts ?? [],
    entry,
  }
}

/** An inverse or a probe within the server must be one of its tools; another server's name holds `__`. */
function checkInverses(file: string, entries: readonly ShippedEntry[]): void {
  const names = new Set(entries.map(({ name }) => name))
  for (const { name, entry } of entries) {
    const inverses = [entry.worst, ...entry.discriminators.map(({ is }) => is)].map(
      ({ inverse }) => inverse?.tool,
    )
    const reads = [entry.probe?.tool, entry.preimage?.tool, entry.evidence?.collection?.tool]
    for (const tool of [...inverses, ...reads]) {
      if (tool !== undefined && !names.has(tool) && !tool.includes('__')) {
        throw new Failure(
          'catalogue_invalid',
          `${file}: tools[${name}] names ${tool}, which has no entry`,
        )
      }
    }
  }
}

/** An entry a person wrote, as JSON. Throws `catalogue_invalid`. */
export function parseEntry(where: string, value: JsonObject): ToolEntry {
  const entry = readEntry(new Reading(where, '', value), [])
  const [problem] = entryProblems(entry)
  if (problem !== undefined) throw new Failure('catalogue_invalid', `${where}: ${problem}`)
  return entry
}
