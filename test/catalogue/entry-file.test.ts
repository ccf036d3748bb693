import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCatalogue, readCatalogueFile } from '../../src/adapters/catalogue-files.ts'
import { entryDigest, parseEntry, parseEntryFile } from '../../src/catalogue/entry-file.ts'
import { draftOf, suggestEntry } from '../../src/catalogue/suggest.ts'
import type { JsonObject, JsonValue } from '../../src/kernel/strict-json.ts'
import { definition } from './tools.ts'

const DIGEST = `sha256:${'a'.repeat(64)}`
const READ = {
  name: 'get',
  definition: DIGEST,
  effect: 'read',
  verb: 'query',
  target: { kind: 'device' },
}
const BLOCK = {
  name: 'block',
  definition: DIGEST,
  effect: 'contain',
  verb: 'deny',
  target: { kind: 'ipv4_net', from: 'args.ip' },
  reversibility: 'time-limited',
}
const file = (...tools: readonly JsonObject[]): JsonObject => ({
  server: { package: 'x', version: '1' },
  tools,
})
const messageOf = (value: JsonValue): string => {
  try {
    parseEntryFile('edr', value)
  } catch (error) {
    return error instanceof Error ? error.message : ''
  }
  return 'accepted'
}

describe('an entry file', () => {
  it('becomes entries with the careful reading of what it leaves out', () => {
    const [read, block] = parseEntryFile('edr', file(READ, BLOCK))
    expect(read).toMatchObject({
      file: 'edr',
      server: { package: 'x', version: '1' },
      name: 'get',
      definitions: [DIGEST],
      accepts: [],
      entry: {
        kind: 'tool',
        timeoutMs: 60_000,
        worst: { flags: [], triggers: [], reversibility: 'reversible' },
      },
    })
    expect(block?.entry.worst.reversibility).toBe('time-limited')
    const { reversibility: _left, ...unsaid } = BLOCK
    expect(messageOf(file({ ...unsaid, effect: 'write', verb: 'set' }))).toBe('accepted')
    const [written] = parseEntryFile('edr', file({ ...unsaid, effect: 'write', verb: 'set' }))
    expect(written?.entry.worst.reversibility).toBe('irreversible')
  })

  it('may pin a tool to several definitions', () => {
    const second = `sha256:${'b'.repeat(64)}`
    const [read] = parseEntryFile('edr', file({ ...READ, definition: [DIGEST, second] }))
    expect(read?.definitions).toEqual([DIGEST, second])
  })

  const wrong: readonly (readonly [why: string, value: JsonValue, message: string])[] = [
    [
      'gives no minutes whatever the arguments',
      file({ ...BLOCK, ends: { minutes: 'args.seconds / 60' } }),
      'edr: tools[block]: ends.minutes: gives no number for any number; write 60.0 and not 60',
    ],
    ['is no object', [], 'edr: must be an object'],
    ['names no server', { tools: [] }, 'edr: "server" is missing'],
    [
      'has a member nobody reads',
      { ...file(), version: 1 },
      'edr: has an unknown member "version"',
    ],
    [
      'misspells a member',
      file({ ...READ, efect: 'read' }),
      'edr: tools[get]: has an unknown member "efect"',
    ],
    [
      'leaves the effect out',
      file({ name: 'get', definition: DIGEST, verb: 'query', target: { kind: 'a' } }),
      'edr: tools[get]: "effect" is missing',
    ],
    [
      'leaves the verb out',
      file({ name: 'get', definition: DIGEST, effect: 'influence', target: { kind: 'a' } }),
      'edr: tools[get]: "verb" is missing',
    ],
    [
      'has an unknown effect',
      file({ ...READ, effect: 'harmless' }),
      'edr: tools[get].effect: must be one of read, annotate, influence, write, contain, identity, destructive',
    ],
    [
      'has an unknown verb',
      file({ ...READ, verb: 'nuke' }),
      'edr: tools[get].verb: must be one of scan,',
    ],
    [
      'has an unknown flag',
      file({ ...READ, flags: ['safe'] }),
      'edr: tools[get].flags.0: must be one of external,',
    ],
    [
      'pins nothing',
      file({ ...READ, definition: 'latest' }),
      'edr: tools[get].definition: must be sha256: and 64 hex digits',
    ],
    ['classifies a tool twice', file(READ, READ), 'edr: tool get stands there twice'],
    [
      'says no target from write up',
      file({ ...BLOCK, effect: 'write', target: { kind: 'a' } }),
      'edr: tools[block]: worst.target: an effect of write must say where its target is named',
    ],
    [
      'contains without a way back',
      file({ ...BLOCK, reversibility: 'compensable' }),
      'edr: tools[block]: worst: containment, isolation or access change needs an inverse',
    ],
    [
      'calls itself reversible without an inverse',
      file({ ...BLOCK, effect: 'write', reversibility: 'reversible' }),
      'worst.reversibility: reversible names its inverse',
    ],
    [
      'names an inverse that has no entry',
      file({ ...BLOCK, inverse: { tool: 'unblock', arguments: {} } }),
      'edr: tools[block] names unblock, which has no entry',
    ],
    [
      'gives a direction to what is no influence',
      file({ ...READ, direction: 'raises' }),
      'worst.direction: only influence raises or lowers',
    ],
    [
      'has an expression that is none',
      file({ ...BLOCK, target: { kind: 'a', from: 'args.' } }),
      'edr: tools[block]: worst.target.from: ',
    ],
    [
      'lowers by exclusion',
      file({
        ...BLOCK,
        discriminators: [{ when: 'args.mode != "delete"', is: { effect: 'read' } }],
      }),
      'discriminators.0.when: must name the values it accepts',
    ],
    [
      'lowers by absence',
      file({ ...BLOCK, discriminators: [{ when: '!has(args.force)', is: { effect: 'read' } }] }),
      'discriminators.0.when: must name the values it accepts',
    ],
    [
      'lowers always',
      file({ ...BLOCK, discriminators: [{ when: 'true || args.x == 1', is: { effect: 'read' } }] }),
      'discriminators.0.when: must name the values it accepts',
    ],
    [
      'discriminates upwards',
      file({ ...BLOCK, discriminators: [{ when: 'args.a == 1', is: { effect: 'destructive' } }] }),
      'discriminators.0.is.effect: worse than the worst case',
    ],
    [
      'discriminates by a text',
      file({ ...BLOCK, discriminators: [{ when: '"x"', is: {} }] }),
      'discriminators.0.when: gives string, not true or false',
    ],
    [
      'waits for ever',
      file({ ...READ, timeoutMs: 99_999_999 }),
      'timeoutMs: must be a whole number from 1000 to 3600000',
    ],
    [
      'accepts a finding that does not exist',
      file({ ...READ, accepts: ['everything'] }),
      'tools[get].accepts.0: must be a finding of the linter',
    ],
    [
      'waives without a name',
      file({ ...BLOCK, waiver: { reason: 'x' } }),
      'tools[block].waiver: "by" is missing',
    ],
    [
      'runs tools through one argument',
      file({ ...READ, metaTool: { toolArgument: 'a', argumentsArgument: 'a' } }),
      'metaTool: the tool and its arguments must be two',
    ],
    [
      'probes with a number',
      file({ ...READ, probe: { tool: 'get', arguments: {}, expect: '1' } }),
      'probe.expect: gives int, not true or false',
    ],
  ]
  it.each(wrong)('is refused when it %s, naming the place and the rule', (_why, value, message) => {
    expect(messageOf(value)).toContain(message)
  })

  it('has a digest per entry that changes with what a person reviewed and not with the order of members', () => {
    const parse = (over: JsonObject) => parseEntry('edr', { ...BLOCK_ENTRY, ...over })
    const { effect, ...rest } = BLOCK_ENTRY
    expect(entryDigest(parseEntry('edr', { ...rest, effect }))).toBe(entryDigest(parse({})))
    const changes = [
      { effect: 'identity' },
      { timeoutMs: 5000 },
      { flags: ['external'] },
      { waiver: { by: 'a', reason: 'b' } },
    ]
    const digests = changes.map((change) => entryDigest(parse(change)))
    expect(new Set([...digests, entryDigest(parse({}))]).size).toBe(changes.length + 1)
  })
})

const { name: _name, definition: _definition, ...BLOCK_ENTRY } = BLOCK

describe('a draft for an unknown tool', () => {
  it('is an entry in the written form once the reviewer has answered its questions', () => {
    const given = definition({ name: 'isolate_host' })
    const suggestion = suggestEntry('tool', given)
    const draft = draftOf('isolate_host', DIGEST, suggestion)
    expect(messageOf(file(draft))).toContain('needs an inverse')
    expect(messageOf(file({ ...draft, reversibility: 'time-limited' }))).toBe('accepted')
  })
})

describe('reading entry files from disk', () => {
  const inFolder = async <T>(
    files: Readonly<Record<string, string>>,
    use: (folder: string) => Promise<T>,
  ): Promise<T> => {
    const folder = mkdtempSync(join(tmpdir(), 'catalogue-'))
    try {
      for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text)
      return await use(folder)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  }
  const yaml = (extra = ''): string =>
    `server: { package: x, version: "1" }\ntools:\n  - { name: get, definition: "${DIGEST}", effect: read, verb: query, target: { kind: a } }\n${extra}`

  it('takes YAML and JSON and leaves everything else alone', async () => {
    const files = {
      'b.yaml': yaml(),
      'a.json': JSON.stringify(file(READ)),
      'README.md': 'no',
      'c.ts': 'no',
    }
    const entries = await inFolder(files, readCatalogue)
    expect(entries.map((each) => each.file)).toEqual(['a', 'b'])
  })

  it('refuses a repeated key, an alias, a tag and broken YAML, naming the file', async () => {
    const texts = [
      `${yaml()}tools: []\n`,
      `a: &x 1\nserver: *x\ntools: []\n`,
      'server: !!js/function "x"\ntools: []\n',
      'server: [',
      `${yaml()}---\n${yaml()}`,
    ]
    for (const text of texts) {
      const reading = inFolder({ 'bad.yaml': text }, (folder) =>
        readCatalogueFile(join(folder, 'bad.yaml')),
      )
      await expect(reading).rejects.toMatchObject({
        code: 'catalogue_invalid',
        message: expect.stringMatching(/^bad: /),
      })
    }
  })
})
