import { existsSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { collectCitations } from '../promises/citations.ts'
import { readTestSources } from '../promises/read-tests.ts'
import { REQUIREMENTS, sabotagesOf } from '../requirements.ts'
import { lightestFirst } from './lightest-first.ts'
import { SABOTAGES } from './registry.ts'
import { replaceExport } from './replace.ts'
import type { Sabotage } from './sabotage.ts'
import { startTester, type Tester } from './tester.ts'
import { runTrial, type Trial } from './trial.ts'
import { findFlaw } from './verdict.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const FIXTURE = 'test/sabotage/fixture/rule.ts'
const RULE = 'test/sabotage/fixture/rule.fixture.ts'
const NEVER_LOADED = 'test/sabotage/fixture/never-loaded.fixture.ts'
const HERE = { files: [RULE], pattern: 'in this process' }

/** Written apart so that invented titles are not taken for citations of this file. */
const cite = (...ids: readonly string[]) => `[${ids.join(' ')}]`

const agreeing: Sabotage = {
  name: 'fixture',
  module: FIXTURE,
  export: 'isAllowed',
  body: 'return value > 0 || original(value)',
}

let tester: Tester
beforeAll(async () => {
  tester = await startTester('test/sabotage/fixture/vitest.config.ts')
})
afterAll(() => tester?.close())

describe('a sabotage', () => {
  it('reaches the tests, the processes they spawn and their workers, and takes only its rule', async () => {
    const trial = await runTrial(tester, agreeing, { files: [RULE], pattern: '' })
    expect(trial).toMatchObject({
      failed: [
        'refuses an odd number in this process',
        'refuses an odd number in a spawned process and its worker',
      ],
      passed: ['admits an even number'],
      wasCalled: true,
      hasFailed: true,
    })
  })

  it('is gone with its trial, and one that changes nothing is seen to survive', async () => {
    const idle = { ...agreeing, body: 'return original(value)' }
    const trial = await runTrial(tester, idle, HERE)
    expect(trial).toMatchObject({ hasFailed: false, failed: [], wasCalled: true })
    expect(trial.passed).toEqual(['refuses an odd number in this process'])
  })

  it('of a function no test calls is seen not to have been called', async () => {
    const aside = { ...agreeing, export: 'limitOf', body: 'return { limit: 99 }' }
    const trial = await runTrial(tester, aside, HERE)
    expect(trial).toMatchObject({ hasFailed: false, failed: [], wasCalled: false })
  })

  it('that breaks its module is an error, not a failing test', async () => {
    const broken = { ...agreeing, body: 'return (' }
    await expect(runTrial(tester, broken, HERE)).rejects.toThrow('does not parse')
  })

  it('that leaves a module which does not load fails no test, and what was wrong is told', async () => {
    const unloadable = { ...agreeing, body: 'return true\n}\nthrow new Error("unloadable")\n{' }
    const trial = await runTrial(tester, unloadable, HERE)
    expect(trial).toMatchObject({ hasFailed: true, failed: [], passed: [], wasCalled: false })
    expect(trial.output).toContain('unloadable')
  })

  it('of a function that does not exist is an error', () => {
    const source = readFileSync(join(ROOT, FIXTURE), 'utf8')
    const gone = { ...agreeing, export: 'gone' }
    expect(() => replaceExport(source, gone)).toThrow('exports no function gone')
  })

  it.each([
    ['export function f(a: number): number { return a }', 'f'],
    ['export async function f(a: number) { return a }', 'f'],
    ['export const f = (a: number): { n: number } => ({ n: a })', 'f'],
    ['export const f = async function (a: number) { return a }', 'f'],
    ["const note = '“ü”'\nfunction f(a: number) { return a + note.length }\nexport { f }", 'f'],
  ])('finds its function in the form `%s`', async (source, name) => {
    const sabotage = { ...agreeing, export: name, body: "return 'agreed'" }
    const replaced = replaceExport(source, sabotage)
    const made = await import(
      `data:text/javascript,${encodeURIComponent(stripTypeScriptTypes(replaced))}`
    )
    expect(await made.f(1)).toBe('agreed')
  })
})

describe('a trial', () => {
  it('runs what can still show something, until each promise has a failing test', async () => {
    const files = ['test/sabotage/fixture/enough.fixture.ts', NEVER_LOADED]
    const trial = await runTrial(tester, agreeing, { files, pattern: '', ids: ['R1', 'R2'] })
    expect(trial).toMatchObject({
      failed: [
        `refuses an odd number ${cite('R1')}`,
        `refuses an odd number under two promises ${cite('R1', 'R2')}`,
      ],
      passed: [`admits an even number ${cite('R2')}`],
      output: '',
    })
  })

  it('runs everything while a promise has none', async () => {
    const files = ['test/sabotage/fixture/enough.fixture.ts', NEVER_LOADED]
    const trial = await runTrial(tester, agreeing, { files, pattern: '', ids: ['R1', 'R3'] })
    expect(trial.failed).toEqual([`refuses an odd number ${cite('R1')}`])
    expect(trial.output).toContain('nothing was left to show, and this was loaded')
  })

  it('begins with the test that loads least, or with the one that is named', () => {
    const unit = 'test/catalogue/classify.test.ts'
    const promise = 'test/promises-e2e/tools.test.ts'
    expect(lightestFirst([promise, unit])).toEqual([unit, promise])
    expect(lightestFirst([unit, promise], promise)).toEqual([promise, unit])
  })
})

describe('the verdict on a trial', () => {
  const caught: Trial = {
    hasFailed: true,
    failed: [`refuses other arguments ${cite('R9')}`, `refuses a second use ${cite('R22', 'R31')}`],
    passed: [`shows the request ${cite('R9')}`],
    wasCalled: true,
    output: '',
  }

  it('is a catch when a test of every row failed', () => {
    expect(findFlaw(['R9', 'R22', 'R31'], caught)).toBeUndefined()
  })

  it.each<[string, readonly string[], Partial<Trial>]>([
    ['survived: no test citing R114 failed', ['R9', 'R114'], {}],
    ['survived: no test citing R9 failed', ['R9'], { failed: [], hasFailed: false }],
    ['no test ran', ['R9'], { failed: [], passed: [] }],
    ['none called the replaced rule', ['R9'], { wasCalled: false }],
    ['succeeded although tests failed', ['R9'], { hasFailed: false }],
  ])('is a flaw otherwise: %s', (flaw, ids, change) => {
    expect(findFlaw(ids, { ...caught, ...change })).toContain(flaw)
  })
})

describe('the registry', () => {
  it('holds no sabotage that no promise names', () => {
    const named = new Set(REQUIREMENTS.flatMap(sabotagesOf))
    expect(SABOTAGES.filter(({ name }) => !named.has(name))).toEqual([])
  })

  it('tries first only tests that cite what is on trial', () => {
    const { citations } = collectCitations(readTestSources())
    for (const { name, first } of SABOTAGES.filter((one) => one.first !== undefined)) {
      const ids = REQUIREMENTS.filter((row) => sabotagesOf(row).includes(name)).map((row) => row.id)
      const cited = citations.filter((one) => ids.includes(one.id)).map((one) => one.file)
      expect(cited, name).toContain(first)
    }
  })

  it('names each sabotage once, and each fits the module it names today', () => {
    expect(new Set(SABOTAGES.map(({ name }) => name)).size).toBe(SABOTAGES.length)
    for (const sabotage of SABOTAGES) {
      const path = join(ROOT, sabotage.module)
      expect(existsSync(path), sabotage.module).toBe(true)
      expect(sabotage.module).toMatch(/^src\//)
      expect(replaceExport(readFileSync(path, 'utf8'), sabotage)).toContain('original')
    }
  })
})
