import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { collectCitations } from './promises/citations.ts'
import { findFalseClaims } from './promises/gate.ts'
import { idsIn, patternFor } from './promises/ids.ts'
import { ROOT, readTestSources } from './promises/read-tests.ts'
import { AREAS, REQUIREMENTS, type Requirement } from './requirements.ts'
import { SABOTAGES } from './sabotage/registry.ts'

/** Written apart so that the planted tests below are not taken for citations of this file. */
const cite = (...ids: readonly string[]) => `[${ids.join(' ')}]`

describe('the table of promises', () => {
  it('claims nothing that the tests do not cite', () => {
    const names = SABOTAGES.map((sabotage) => sabotage.name)
    expect(findFalseClaims(REQUIREMENTS, collectCitations(readTestSources()), names)).toEqual([])
  })

  it('holds all 156 promises, word for word', () => {
    const text = REQUIREMENTS.map(({ id, area, source, promise }) => ({
      id,
      area,
      source,
      promise,
    }))
    expect(text.map((row) => row.id)).toEqual(text.map((_, index) => `R${index + 1}`))
    expect(text).toHaveLength(156)
    expect(createHash('sha256').update(JSON.stringify(text)).digest('hex')).toBe(
      '2d60be62e148aac1e3f5d3de141ed0ef4d90519b4efa0e4d9fb9152a7f273cdd',
    )
  })

  it('is printed whole as JSON, row by row', () => {
    const { stdout } = spawnSync(process.execPath, ['test/promises.ts', '--json'], {
      cwd: ROOT,
      encoding: 'utf8',
      timeout: 20_000,
    })
    const table = JSON.parse(stdout) as readonly Record<string, unknown>[]
    expect(table.map((row) => row.id)).toEqual(REQUIREMENTS.map((row) => row.id))
    for (const row of table) expect(Object.keys(row)).toEqual(['id', 'area', 'state', 'tests'])
  })

  it('names every area', () => {
    expect(new Set(REQUIREMENTS.map((row) => row.area))).toEqual(new Set(Object.keys(AREAS)))
  })
})

describe('a citation', () => {
  const collect = (source: string) => collectCitations([{ path: 'test/a.test.ts', source }])
  const ids = (source: string) => collect(source).citations.map((citation) => citation.id)

  it.each([
    [`it('refuses ${cite('R9')}', () => {})`, ['R9']],
    [`test('refuses ${cite('R9', 'R22')}', () => {})`, ['R9', 'R22']],
    [`it(\`refuses \${x} ${cite('R9')}\`, () => {})`, ['R9']],
    [`it.each(rows)('refuses %s ${cite('R9')}', () => {})`, ['R9']],
    [`it.skipIf(no)('refuses ${cite('R9')}', () => {})`, ['R9']],
    [`describe('a ${cite('R9')}', () => { it('b', f); it('c', f) })`, ['R9', 'R9']],
    [`describe.each(rows)('a ${cite('R9')}', () => { it('b ${cite('R22')}', f) })`, ['R9', 'R22']],
  ])('counts in %s', (source, expected) => {
    expect(ids(source)).toEqual(expected)
    expect(collect(source).strays).toEqual([])
  })

  it.each([
    `it.skip('refuses ${cite('R9')}', () => {})`,
    `it.todo('refuses ${cite('R9')}')`,
    `it.fails('refuses ${cite('R9')}', () => {})`,
    `describe.skip('a', () => { it('refuses ${cite('R9')}', f) })`,
    `describe('a group without tests ${cite('R9')}', () => {})`,
  ])('proves nothing in %s', (source) => {
    expect(ids(source)).toEqual([])
  })

  it.each([
    `it('refuses ${cite('R9,', 'R22')}', () => {})`,
    `it('refuses ${cite('R9', '')}', () => {})`,
    `const title = 'refuses ${cite('R9')}'`,
    `onBothEngines('refuses ${cite('R9')}', f)`,
  ])('is reported as stray in %s', (source) => {
    expect(collect(source).strays).toHaveLength(1)
  })

  it('in a shared suite counts for each file that runs it', () => {
    const suite = `export function suite() { it('keeps order ${cite('R9')}', f) }`
    const { citations } = collectCitations([
      { path: 'test/store/suite.ts', source: suite },
      { path: 'test/store/one.test.ts', source: "import { suite } from './suite.ts'" },
      { path: 'test/two.test.ts', source: "import { suite } from './store/suite.ts'" },
      { path: 'test/three.test.ts', source: '' },
    ])
    expect(citations.map((citation) => citation.file)).toEqual([
      'test/store/one.test.ts',
      'test/two.test.ts',
    ])
  })

  it('selects exactly the citing tests by name', () => {
    const pattern = new RegExp(patternFor(['R9', 'R31']))
    const hits = [cite('R9'), cite('R1', 'R9'), cite('R9', 'R22'), cite('R31')]
    for (const hit of hits) expect(`group refuses ${hit}`).toMatch(pattern)
    for (const miss of [cite('R90'), cite('R1'), 'R9']) expect(miss).not.toMatch(pattern)
    expect(idsIn(`a ${cite('R1', 'R9')} b ${cite('R22')}`)).toEqual(['R1', 'R9', 'R22'])
  })
})

describe('the gate stops', () => {
  const row: Requirement = {
    id: 'R9',
    area: 'APR',
    source: 'x',
    promise: 'x',
    kind: 'refusal',
    state: 'proved',
    sabotage: 'binding',
  }
  const cited = {
    citations: [{ id: 'R9', file: 'test/a.test.ts', title: 'a' }],
    strays: [],
  }
  const uncited = { citations: [], strays: [] }
  const { sabotage: _, ...bare } = row

  it.each([
    ['a proved row no test cites', row, uncited, 'R9 is proved and no test cites it'],
    [
      'a partly proved row no test cites',
      { ...row, state: 'partly' as const },
      uncited,
      'is partly and no',
    ],
    [
      'an unknown id',
      { ...row, id: 'R8', state: 'open' as const },
      cited,
      'cites R9, which is no promise',
    ],
    ['a proved refusal without a sabotage', bare, cited, 'a proved refusal and names no sabotage'],
    [
      'a proved gate without a sabotage',
      { ...bare, kind: 'gate' as const },
      cited,
      'a proved gate and names',
    ],
    ['a sabotage nobody wrote', { ...row, sabotage: 'gone' }, cited, 'names the sabotage gone'],
    ['a stray citation', row, { ...cited, strays: ['x'] }, 'not a citation'],
  ])('at %s', (_name, requirement, citations, reason) => {
    const found = findFalseClaims([requirement], citations, ['binding'])
    expect(found).toHaveLength(1)
    expect(found[0]).toContain(reason)
  })

  it('at nothing else', () => {
    const open: Requirement = { ...bare, id: 'R8', state: 'open' }
    const property: Requirement = { ...bare, kind: 'property' }
    expect(findFalseClaims([row, open], cited, ['binding'])).toEqual([])
    expect(findFalseClaims([property], cited, [])).toEqual([])
  })
})
