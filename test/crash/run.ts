/**
 * `npm run crash [-- --kills N] [--seed N] [--engine sqlite|postgres] [--json]`: kills the gateway by SIGKILL
 * at every labelled point, starts it again on what is left, and compares its record with what really happened
 * and with what was answered. PostgreSQL is killed on where COUNTERSIGN_TEST_POSTGRES_URL names a server on
 * which databases may be made. At the end it kills gateways that have a rule taken out, and must find that.
 *
 * Exit code 1 when anything was found, when there is a point at which no kill was made on some engine, be it that it
 * was not reached or that too few were asked for, or when a control was not caught.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CONTROLS, type ControlResult, runControl } from './controls.ts'
import { type EngineName, makeTemplate } from './installation.ts'
import { killAll, type Outcome } from './kill-all.ts'
import { POINTS } from './kill-plan.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '110' },
    seed: { type: 'string', default: '1' },
    engine: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
})
const kills = wholeNumber('kills', values.kills)
const seed = wholeNumber('seed', values.seed)
const serverUrl = process.env.COUNTERSIGN_TEST_POSTGRES_URL
const engines = enginesOf(values.engine)
const progress = (line: string): void => void process.stderr.write(`${line}\n`)

const folder = mkdtempSync(join(tmpdir(), 'countersign-crash-'))
const startedMs = performance.now()
const outcomes = await killAll({ engines, kills, seed, folder, serverUrl, progress })
const seconds = (performance.now() - startedMs) / 1000
const controls = await runControls()
const labels = labelsOf(outcomes)
const violations = outcomes.flatMap(({ engine, name, folder, violations }) =>
  violations.map((each) => ({ engine, name, ...each, folder })),
)
const made = outcomes.filter(({ hit }) => hit).length
const notMet = engines.flatMap((engine) => {
  const met = new Set(
    outcomes.filter((each) => each.engine === engine && each.hit).map(({ name }) => name),
  )
  return POINTS.filter((point) => !met.has(point)).map((point) => `${engine} ${point}`)
})
const isGood =
  violations.length === 0 && notMet.length === 0 && controls.every(({ isCaught }) => isCaught)
const perMinute = Math.round((made / seconds) * 60)
const report = {
  seed,
  kills: made,
  engines,
  seconds: Math.round(seconds),
  kills_per_minute: perMinute,
  labels: labels.map(({ name, made: each, missed, found }) => ({
    label: name,
    ...each,
    not_reached: missed,
    violations: found,
  })),
  not_met: notMet,
  violations,
  controls: controls.map(({ name, isCaught, codes }) => ({ name, caught: isCaught, found: codes })),
  ok: isGood,
}
process.stdout.write(values.json ? `${JSON.stringify(report, undefined, 2)}\n` : tableText())
if (violations.length === 0) rmSync(folder, { recursive: true, force: true })
else progress(`What was found lies in ${folder}; the same seed repeats the run.`)
process.exitCode = isGood ? 0 : 1

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  process.stderr.write(`--${name} is a whole number\n`)
  return process.exit(2)
}

function enginesOf(wanted: string | undefined): readonly EngineName[] {
  if (wanted === 'sqlite') return ['sqlite']
  if (wanted === 'postgres' && serverUrl !== undefined) return ['postgres']
  if (wanted === undefined && serverUrl !== undefined) return ['sqlite', 'postgres']
  if (wanted === undefined) {
    process.stderr.write('Only SQLite: COUNTERSIGN_TEST_POSTGRES_URL names no PostgreSQL.\n')
    return ['sqlite']
  }
  process.stderr.write('--engine is sqlite, or postgres with COUNTERSIGN_TEST_POSTGRES_URL set\n')
  return process.exit(2)
}

async function runControls(): Promise<readonly ControlResult[]> {
  const template = await makeTemplate('sqlite', join(folder, 'controls'), undefined)
  const results: ControlResult[] = []
  const queue = CONTROLS.values()
  const work = async () => {
    for (const control of queue) {
      const result = await runControl(template, control)
      results.push(result)
      progress(`control ${result.name}: ${result.isCaught ? 'caught' : 'NOT CAUGHT'}`)
    }
  }
  await Promise.all([work(), work()])
  await template.remove()
  return results
}

type Label = {
  readonly name: string
  readonly made: Partial<Record<EngineName, number>>
  readonly missed: number
  readonly found: number
}

function labelsOf(all: readonly Outcome[]): readonly Label[] {
  const names = [...new Set(all.map(({ name }) => name))].sort()
  return names.map((name) => {
    const own = all.filter((outcome) => outcome.name === name)
    const counts = engines.map((engine) => {
      return [engine, own.filter((each) => each.engine === engine && each.hit).length] as const
    })
    return {
      name,
      made: Object.fromEntries(counts),
      missed: own.filter(({ hit }) => !hit).length,
      found: own.reduce((sum, { violations: each }) => sum + each.length, 0),
    }
  })
}

function tableText(): string {
  const head = ['killed at', ...engines, 'not reached', 'violations']
  const rows = labels.map(({ name, made: each, missed, found }) => [
    name,
    ...engines.map((engine) => String(each[engine] ?? 0)),
    String(missed),
    String(found),
  ])
  const widths = head.map((title, at) =>
    Math.max(title.length, ...rows.map((row) => row[at]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0)))
      .join('  ')
      .trimEnd()
  const caught = controls.map(({ name, isCaught, codes }) => {
    return `control ${name}: ${isCaught ? `caught (${codes.join(', ')})` : 'NOT CAUGHT'}`
  })
  return [
    line(head),
    ...rows.map(line),
    '',
    ...caught,
    ...notMet.map((point) => `never killed at: ${point}`),
    '',
    `${made} kills, ${violations.length} violations, seed ${seed}, ${Math.round(seconds)} s, ` +
      `${perMinute} kills a minute: ${isGood ? 'ok' : 'FAILED'}`,
    '',
  ].join('\n')
}
