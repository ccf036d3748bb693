/**
 * `npm run catalogue:pin`: writes the digests of what the shipped servers really offer into catalogue/*.yaml, after
 * somebody has read what changed. Entries without a tool and tools without an entry are named; the exit code is then 1.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMap, isSeq, parseDocument } from 'yaml'
import { definitionDigest } from '../../src/catalogue/definition-digest.ts'
import { lintDefinition } from '../../src/catalogue/lint-definition.ts'
import { identityOf } from '../../src/catalogue/review.ts'
import { listShippedServers } from './shipped-servers.ts'

const FOLDER = join(import.meta.dirname, '../../catalogue')
const say = (line: string): void => {
  process.stdout.write(`${line}\n`)
}

const pinned = new Map<string, Map<string, Set<string>>>()
for (const { file, offer } of await listShippedServers()) {
  const tools = pinned.get(file) ?? new Map<string, Set<string>>()
  pinned.set(file, tools)
  const siblings = offer.definitions.map(({ definition }) => definition.name)
  for (const { kind, definition } of offer.definitions) {
    const key = `${kind} ${identityOf(kind, definition)}`
    tools.set(key, (tools.get(key) ?? new Set()).add(definitionDigest(kind, definition)))
    for (const { code, where } of lintDefinition(kind, definition, { siblings, others: [] })) {
      say(`${file}: ${key}: finding ${code} in ${where}`)
    }
  }
}

for (const [file, tools] of pinned) {
  const path = join(FOLDER, `${file}.yaml`)
  const document = parseDocument(readFileSync(path, 'utf8'))
  const list = document.get('tools')
  const written = new Set<string>()
  for (const item of isSeq(list) ? list.items : []) {
    if (!isMap(item)) continue
    const key = `${String(item.get('kind') ?? 'tool')} ${String(item.get('name'))}`
    const digests = [...(tools.get(key) ?? [])].sort()
    written.add(key)
    if (digests.length === 0) {
      say(`${file}: ${key} is in the file, the server does not offer it`)
      process.exitCode = 1
    } else item.set('definition', digests.length === 1 ? digests[0] : document.createNode(digests))
  }
  for (const key of tools.keys()) {
    if (written.has(key)) continue
    say(`${file}: ${key} is offered and has no entry`)
    process.exitCode = 1
  }
  writeFileSync(path, document.toString({ lineWidth: 120 }))
}
