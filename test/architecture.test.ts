import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checkOutsiders, checkSource, type SourceFile } from './architecture/check.ts'
import { FOLDERS } from './architecture/rank-table.ts'

const ROOT = join(import.meta.dirname, '..')
const CODE = /\.[cm]?[jt]sx?$/

function codeUnder(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path.replaceAll('\\', '/')}`)
    .filter((path) => CODE.test(path) && !path.includes('/node_modules/'))
}

function read(paths: readonly string[]): readonly SourceFile[] {
  return paths.map((path) => ({ path, source: readFileSync(join(ROOT, path), 'utf8') }))
}

/** A folder's own name counts as forbidden: inside it one writes `./`, so the editor's rule may be shared. */
function tableForbids(folder: string): readonly string[] {
  const { values, types } = FOLDERS[folder] ?? { values: [], types: [] }
  if (values === 'any' || types === 'any') return []
  const allowed = [...values, ...types]
  return Object.keys(FOLDERS).filter((other) => other !== folder && !allowed.includes(other))
}

function editorForbids(folder: string): readonly string[] {
  const { overrides } = JSON.parse(readFileSync(join(ROOT, 'biome.json'), 'utf8')) as BiomeFile
  return overrides
    .filter((override) => override.includes.includes(`src/${folder}/**`))
    .flatMap((override) => override.linter.rules.style?.noRestrictedImports?.options.patterns ?? [])
    .flatMap((pattern) => pattern.group)
    .map((glob) => /^\*\*\/([a-z]+)\/\*\*$/.exec(glob)?.[1])
    .filter((name) => name !== undefined && name !== folder)
    .map(String)
}

type BiomeFile = {
  readonly overrides: readonly {
    readonly includes: readonly string[]
    readonly linter: {
      readonly rules: {
        readonly style?: {
          readonly noRestrictedImports?: {
            readonly options: {
              readonly patterns: readonly { readonly group: readonly string[] }[]
            }
          }
        }
      }
    }
  }[]
}

describe('the rank table', () => {
  const source = read(codeUnder('src'))
  const report = checkSource(source)

  it('is kept by every import in src/, types included', () => {
    expect(report.violations).toEqual([])
  })

  it('was held against every module on disk, by a count of its own', () => {
    const onDisk = readdirSync(join(ROOT, 'src'), { recursive: true, withFileTypes: true }).filter(
      (entry) => entry.isFile() && CODE.test(entry.name),
    )
    expect(report.modulesSeen).toBe(onDisk.length)
    expect(source.map((file) => file.path)).toContain('src/kernel/commit.ts')
    expect(onDisk.length).toBeGreaterThan(25)
  })

  it('keeps the practice range a stranger: it imports nothing of src/', () => {
    const range = existsSync(join(ROOT, 'range')) ? read(codeUnder('range')) : []
    expect(checkOutsiders(range).violations).toEqual([])
  })

  it('is what the editor says too: biome.json forbids each folder exactly what the table forbids', () => {
    const inEditor = Object.keys(FOLDERS).map((folder) => [
      folder,
      [...editorForbids(folder)].sort(),
    ])
    const inTable = Object.keys(FOLDERS).map((folder) => [folder, [...tableForbids(folder)].sort()])
    expect(Object.fromEntries(inEditor)).toEqual(Object.fromEntries(inTable))
  })
})

describe('a planted violation is named', () => {
  const kernel = { path: 'src/kernel/ids.ts', source: 'export const ID = 1' }
  const slot = {
    path: 'src/kernel/dispatch-slot.ts',
    source: 'export const mintSlot = 1; export const openSlot = 2',
  }
  const canonical = {
    path: 'src/kernel/canonical-json.ts',
    source: "import canonicalize from 'canonicalize'\nexport const text = canonicalize",
  }
  const policy = { path: 'src/policy/decision.ts', source: 'export type Decision = 1' }
  const log = {
    path: 'src/ledger/entry.ts',
    source: "import { text } from '../kernel/canonical-json.ts'\nexport const entry = text",
  }
  const store = { path: 'src/store/open.ts', source: 'export const open = 1' }
  const bystanders = [kernel, slot, canonical, policy, log, store]

  // biome-ignore format: a table reads best with one row per line
  const cases: readonly [name: string, path: string, source: string, rules: readonly string[]][] = [
    ['upwards', 'src/kernel/x.ts', "import '../policy/decision.ts'", ['rank']],
    ['upwards, types only', 'src/kernel/x.ts', "import type { Decision } from '../policy/decision.ts'", ['rank']],
    ['upwards in a type position', 'src/kernel/x.ts', "type D = import('../policy/decision.ts').Decision", ['rank']],
    ['sideways by re-export', 'src/policy/x.ts', "export { entry } from '../ledger/entry.ts'", ['rank']],
    ['sideways by star', 'src/policy/x.ts', "export * from '../ledger/entry.ts'", ['rank']],
    ['sideways by a dynamic import', 'src/facts/x.ts', "await import('../ledger/entry.ts')", ['rank']],
    ['sideways by a worker', 'src/facts/x.ts', "new URL('../ledger/entry.ts', import.meta.url)", ['rank']],
    ['a face and the store', 'src/faces/rest/x.ts', "import { open } from '../../store/open.ts'", ['rank']],
    ['an adapter and the store', 'src/adapters/x.ts', "import type { open } from '../store/open.ts'", ['rank']],
    ['code where types are allowed', 'src/approval/x.ts', "import { Decision } from '../policy/decision.ts'", ['type only']],
    ['a package in a pure folder', 'src/approval/x.ts', "import { z } from 'zod'", ['npm']],
    ['a built-in in a pure folder', 'src/approval/x.ts', "import { hash } from 'node:crypto'", ['node']],
    ['a package in another kernel file', 'src/kernel/x.ts', "import c from 'canonicalize'", ['npm']],
    ['a folder nobody ranked', 'src/extras/x.ts', '', ['unknown folder']],
    ['a third file at the top', 'src/extra.ts', '', ['unknown folder']],
    ['a target that does not exist', 'src/policy/x.ts', "import '../kernel/gone.ts'", ['unresolved']],
    ['a computed import', 'src/cli/x.ts', "await import('./' + 'a')", ['computed import']],
    ['the practice range, except for the demo', 'src/faces/x.ts', "import '../../range/start.ts'", ['unresolved']],
    ['minting outside the store', 'src/adapters/x.ts', "import { mintSlot } from '../kernel/dispatch-slot.ts'", ['door']],
    ['opening outside the adapters', 'src/store/x.ts', "import { openSlot as o } from '../kernel/dispatch-slot.ts'", ['door']],
    ['both doors by namespace', 'src/faces/x.ts', "import * as s from '../kernel/dispatch-slot.ts'", ['door', 'door']],
    ['a door passed on', 'src/store/x.ts', "export { openSlot } from '../kernel/dispatch-slot.ts'", ['door']],
    ['reading the clock', 'src/approval/x.ts', 'const a = Date.now(); const b = new Date()', ['ambient', 'ambient']],
    ['its own timer', 'src/enforcement/x.ts', 'setTimeout(() => 1, 5)', ['ambient']],
    ['the environment', 'src/faces/x.ts', "const a = process.env['HOME']", ['environment']],
    ['a verifier with a package', 'src/verify/x.ts', "import { z } from 'zod'", ['npm', 'verify reaches too far']],
    ['a verifier with a package far below', 'src/verify/x.ts', "import { entry } from '../ledger/entry.ts'", ['verify reaches too far']],
    ['a verifier with the product', 'src/verify/x.ts', "import '../policy/decision.ts'", ['rank', 'verify reaches too far']],
  ]

  it.each(cases)('%s', (_name, path, source, rules) => {
    const { violations } = checkSource([...bystanders, { path, source }])
    expect(violations.map((found) => found.rule)).toEqual(rules)
  })

  it('and what is allowed is not', () => {
    const allowed = [
      {
        path: 'src/approval/a.ts',
        source: "import type { Decision } from '../policy/decision.ts'",
      },
      { path: 'src/store/a.ts', source: "import { mintSlot } from '../kernel/dispatch-slot.ts'" },
      {
        path: 'src/verify/a.ts',
        source: "import { ID } from '../kernel/ids.ts'\nimport 'node:fs'",
      },
      { path: 'src/policy/a.ts', source: 'const at = new Date(0)' },
      { path: 'src/cli/a.ts', source: "import '../../range/start.ts'" },
      { path: 'src/main.ts', source: "import { open } from './store/open.ts'\nimport 'pg'" },
    ]
    expect(checkSource([...bystanders, ...allowed]).violations).toEqual([])
  })

  it('in the range too', () => {
    const file = { path: 'range/web.ts', source: "import { ID } from '../src/kernel/ids.ts'" }
    expect(checkOutsiders([file]).violations.map((found) => found.rule)).toEqual(['outside src'])
  })

  it('and a file that does not parse is an error, never an empty finding', () => {
    const broken = { path: 'src/kernel/x.ts', source: 'import {' }
    expect(() => checkSource([broken])).toThrow('does not parse')
  })
})
