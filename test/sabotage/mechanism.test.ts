import { existsSync, readFileSync } from 'node:fs'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { REQUIREMENTS } from '../requirements.ts'
import { SABOTAGES } from './registry.ts'
import { replaceExport } from './replace.ts'
import type { Sabotage } from './sabotage.ts'
import { runTrial, type Trial } from './trial.ts'
import { findFlaw } from './verdict.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const FIXTURE = 'test/sabotage/fixture/rule.ts'
const CONFIG = 'test/sabotage/fixture/vitest.config.ts'
const TESTS = ['test/sabotage/fixture/rule.fixture.ts']

/** Written apart so that invented titles are not taken for citations of this file. */
const cite = (...ids: readonly string[]) => `[${ids.join(' ')}]`

const agreeing: Sabotage = {
  name: 'fixture',
  module: FIXTURE,
  export: 'isAllowed',
  body: 'return value > 0 || original(value)',
}

describe('a sabotage', () => {
  it('reaches the tests, the processes they spawn and their workers, and takes only its rule', async () => {
    const trial = await runTrial(agreeing, TESTS, '', { config: CONFIG })
    expect(trial).toMatchObject({
      failed: [
        'refuses an odd number in this process',
        'refuses an odd number in a spawned process and its worker',
      ],
      passed: ['admits an even number'],
      wasCalled: true,
      exitCode: 1,
    })
  })

  it('that changes nothing is seen to survive', async () => {
    const idle = { ...agreeing, body: 'return original(value)' }
    const trial = await runTrial(idle, TESTS, 'in this process', { config: CONFIG })
    expect(trial).toMatchObject({ exitCode: 0, failed: [], wasCalled: true })
  })

  it('of a function no test calls is seen not to have been called', async () => {
    const aside = { ...agreeing, export: 'limitOf', body: 'return { limit: 99 }' }
    const trial = await runTrial(aside, TESTS, 'in this process', { config: CONFIG })
    expect(trial).toMatchObject({ exitCode: 0, failed: [], wasCalled: false })
  })

  it('that breaks its module is an error, not a failing test', async () => {
    const broken = { ...agreeing, body: 'return (' }
    await expect(runTrial(broken, TESTS, '', { config: CONFIG })).rejects.toThrow('does not parse')
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

describe('the verdict on a trial', () => {
  const caught: Trial = {
    exitCode: 1,
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
    ['survived: no test citing R9 failed', ['R9'], { failed: [], exitCode: 0 }],
    ['no test ran', ['R9'], { failed: [], passed: [] }],
    ['none called the replaced rule', ['R9'], { wasCalled: false }],
    ['succeeded although tests failed', ['R9'], { exitCode: 0 }],
  ])('is a flaw otherwise: %s', (flaw, ids, change) => {
    expect(findFlaw(ids, { ...caught, ...change })).toContain(flaw)
  })
})

describe('the registry', () => {
  it('holds no sabotage that no promise names', () => {
    const named = new Set(REQUIREMENTS.map((row) => row.sabotage))
    expect(SABOTAGES.filter(({ name }) => !named.has(name))).toEqual([])
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
