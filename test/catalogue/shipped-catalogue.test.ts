import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { readCatalogue } from '../../src/adapters/catalogue-files.ts'
import { classify, isRefused } from '../../src/catalogue/classify.ts'
import { definitionDigest } from '../../src/catalogue/definition-digest.ts'
import { bindingProblems } from '../../src/catalogue/entry-binding.ts'
import type { ShippedEntry } from '../../src/catalogue/entry-file.ts'
import { lintDefinition } from '../../src/catalogue/lint-definition.ts'
import { identityOf, noticeDefinition } from '../../src/catalogue/review.ts'
import type { ClassifiedCall, Tool } from '../../src/catalogue/tool.ts'
import type { JsonObject } from '../../src/kernel/strict-json.ts'
import { listShippedServers, type ShippedOffer } from './shipped-servers.ts'

const FOLDER = join(import.meta.dirname, '../../catalogue')
let entries: readonly ShippedEntry[] = []
let offers: readonly ShippedOffer[] = []

beforeAll(async () => {
  entries = await readCatalogue(FOLDER)
  offers = await listShippedServers()
}, 60_000)

/** The tools of one server as the gateway knows them when the operator trusts the shipped entries. */
function toolsOf(file: string): readonly Tool[] {
  const found = offers.find((each) => each.file === file) ?? expect.fail(`${file} was not started`)
  const siblings = found.offer.definitions.map(({ definition }) => definition.name)
  return found.offer.definitions.map(({ kind, definition }) =>
    noticeDefinition(
      undefined,
      { tenant: 'main', upstream: file, kind, definition },
      { seenDigests: [], trusted: entries, neighbours: { siblings, others: [] } },
    ),
  )
}

function call(file: string, name: string, args: JsonObject): ClassifiedCall | string {
  const tool = toolsOf(file).find((each) => each.name === name) ?? expect.fail(`no tool ${name}`)
  const answer = classify(tool, args, () => undefined)
  return isRefused(answer) ? answer.code : answer
}

describe('the shipped catalogue', () => {
  it('has an entry, pinned to the very definition, for everything its servers really offer', () => {
    for (const { file, offer } of offers) {
      const unpinned = offer.definitions.filter(({ kind, definition }) => {
        const digest = definitionDigest(kind, definition)
        return !entries.some(
          (entry) =>
            entry.file === file &&
            entry.entry.kind === kind &&
            entry.name === identityOf(kind, definition) &&
            entry.definitions.includes(digest),
        )
      })
      expect([file, unpinned.map(({ definition }) => definition.name)]).toEqual([file, []])
    }
  })

  it('has no entry and no digest that its server does not offer', () => {
    const offered = new Set(
      offers.flatMap(({ file, offer }) =>
        offer.definitions.map(
          ({ kind, definition }) => `${file} ${definitionDigest(kind, definition)}`,
        ),
      ),
    )
    const idle = entries.flatMap(({ file, name, definitions }) =>
      definitions
        .filter((digest) => !offered.has(`${file} ${digest}`))
        .map(() => `${file} ${name}`),
    )
    expect(idle).toEqual([])
  })

  it('is written for the versions that are installed', () => {
    const { resolve } = createRequire(import.meta.url)
    const installed = (name: string): string => {
      const manifest = JSON.parse(readFileSync(resolve(`${name}/package.json`), 'utf8')) as {
        readonly version: string
      }
      return manifest.version
    }
    for (const { file, server } of entries) {
      const { offer } =
        offers.find((each) => each.file === file) ?? expect.fail(`${file} was not started`)
      const isOwn = server.package === offer.serverName
      expect(`${file} ${server.version}`).toBe(
        `${file} ${isOwn ? offer.serverVersion : installed(server.package)}`,
      )
    }
  })

  it('gives the linter nothing to find in these servers', () => {
    const found = offers.flatMap(({ file, offer }) => {
      const siblings = offer.definitions.map(({ definition }) => definition.name)
      return offer.definitions.flatMap(({ kind, definition }) =>
        lintDefinition(kind, definition, { siblings, others: [] }).map(
          ({ code }) => `${file} ${definition.name} ${code}`,
        ),
      )
    })
    expect(found).toEqual([])
  })

  it('speaks only of arguments and tools that its servers have', () => {
    for (const { file } of offers) {
      const tools = toolsOf(file)
      const known = (name: string) =>
        tools.find((tool) => tool.kind === 'tool' && tool.name === name)
      const problems = tools.flatMap((tool) =>
        tool.reviewed === undefined
          ? [`${tool.name} is not approved`]
          : bindingProblems(tool, tool.reviewed.entry, known),
      )
      expect([file, problems]).toEqual([file, []])
    }
  })

  it('pairs every inverse of the range with one that takes it back', () => {
    for (const { file, name, entry } of entries.filter((each) => each.file.startsWith('range-'))) {
      const { inverse } = entry.worst
      if (inverse === undefined) continue
      const back = entries.find((each) => each.file === file && each.name === inverse.tool)
      expect([name, back?.entry.worst.inverse?.tool]).toEqual([name, name])
      expect(back?.entry.worst.effect).toBe(entry.worst.effect)
    }
  })
})

describe('calls of real servers', () => {
  it('are a read when the SQL surely reads, and destructive otherwise', () => {
    const select =
      'SELECT source_address, COUNT(*) AS n FROM auth_log GROUP BY source_address ORDER BY n DESC LIMIT 5'
    expect(call('dbhub', 'execute_sql', { sql: select })).toMatchObject({
      action: 'query:database',
      effect: 'read',
      flags: ['untrusted-output'],
    })
    for (const sql of [
      'DELETE FROM auth_log',
      'SELECT 1; DROP TABLE auth_log',
      'PRAGMA user_version = 2',
      "ATTACH 'x' AS y",
      'SELECT * INTO x FROM t',
    ]) {
      expect(call('dbhub', 'execute_sql', { sql })).toMatchObject({
        action: 'update:database',
        effect: 'destructive',
        reversibility: 'irreversible',
        flags: expect.arrayContaining(['arbitrary-execution']),
        targets: [{ kind: 'database', id: 'default' }],
      })
    }
    expect(call('dbhub', 'execute_sql', {})).toMatchObject({ effect: 'destructive' })
    expect(call('dbhub', 'execute_sql', { sql: select, force: true })).toMatchObject({
      effect: 'destructive',
    })
  })

  it('of the firewall name the address, end by themselves and know their way back', () => {
    expect(
      call('range-firewall', 'block_address', {
        address: '203.0.113.7',
        duration_minutes: 60,
        reason: 'x',
      }),
    ).toMatchObject({
      action: 'deny:ipv4_net',
      effect: 'contain',
      reversibility: 'time-limited',
      targets: [{ kind: 'ipv4_net', id: '203.0.113.7' }],
      inverse: { tool: 'unblock_address', arguments: { address: '203.0.113.7' } },
    })
    expect(call('range-firewall', 'block_address', { duration_minutes: 60 })).toBe('target_missing')
    expect(call('range-firewall', 'block_address', { address: '0.0.0.0/0' })).toBe('target_missing')
    expect(call('range-firewall', 'unblock_address', { address: '203.0.113.7' })).toMatchObject({
      effect: 'contain',
      inverse: {
        tool: 'block_address',
        arguments: { address: '203.0.113.7', duration_minutes: 60 },
      },
    })
    expect(call('range-firewall', 'list_blocked', {})).toMatchObject({
      effect: 'read',
      targets: [],
    })
  })

  it('of the directory change access and can be taken back', () => {
    expect(
      call('range-directory', 'disable_account', { account: 'Contractor-07', reason: 'x' }),
    ).toMatchObject({
      action: 'stop:account',
      effect: 'identity',
      targets: [{ kind: 'account', id: 'contractor-07' }],
      inverse: { tool: 'enable_account', arguments: { account: 'Contractor-07' } },
    })
    expect(call('range-directory', 'reset_password', { account: 'a', reason: 'x' })).toMatchObject({
      reversibility: 'irreversible',
      flags: expect.arrayContaining(['returns-secret']),
    })
  })

  it('of the case desk steer a case and are governed as influence [R54]', () => {
    expect(
      call('range-desk', 'set_severity', { case: 'INC-482', severity: 1, reason: 'x' }),
    ).toMatchObject({ effect: 'influence', direction: 'raises' })
    expect(
      call('range-desk', 'set_severity', { case: 'INC-482', severity: 2, reason: 'x' }),
    ).toMatchObject({ direction: 'lowers' })
    expect(call('range-desk', 'close_case', { case: 'INC-482' })).toMatchObject({
      action: 'close:case',
      effect: 'influence',
      direction: 'lowers',
    })
    expect(call('range-desk', 'add_note', { case: 'INC-482', text: 'x' })).toMatchObject({
      effect: 'annotate',
    })
  })

  it('of the file server tell a look from a change', () => {
    expect(call('filesystem', 'read_multiple_files', { paths: ['/a', '/b'] })).toMatchObject({
      effect: 'read',
      targets: [{ id: '/a' }, { id: '/b' }],
    })
    expect(call('filesystem', 'edit_file', { path: '/a', edits: [], dryRun: true })).toMatchObject({
      effect: 'read',
    })
    for (const dryRun of [false, 'true', 1]) {
      expect(call('filesystem', 'edit_file', { path: '/a', edits: [], dryRun })).toMatchObject({
        effect: 'write',
      })
    }
    expect(call('filesystem', 'write_file', { path: '/a', content: '' })).toMatchObject({
      effect: 'destructive',
    })
    expect(call('filesystem', 'move_file', { source: '/a', destination: '/b' })).toMatchObject({
      targets: [{ id: '/a' }, { id: '/b' }],
      inverse: { tool: 'move_file', arguments: { source: '/b', destination: '/a' } },
    })
    expect(call('everything', 'get-env', {})).toMatchObject({
      effect: 'read',
      flags: ['returns-secret'],
    })
  })
})
