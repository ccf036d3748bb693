/**
 * `npm run crash -- --target NAME|all [--kills N] [--seed N] [--json]`, NAME one of `TARGET_NAMES`: kills the gateway by
 * SIGKILL at every labelled point between decision and outcome, while something is done to a real target and while it
 * is taken back, and compares its record with what the target itself noticed. At the end gateways with a rule taken
 * out are killed, which must be found.
 *
 * Exit code 1 when anything was found, a point was never reached, or a control was not caught; 2 when a program of a
 * target that was named is missing.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { writePlan } from '../../sabotage/write-plan.ts'
import { SSH_PROGRAMS } from '../../targets/isolated-hosts.ts'
import { hasPrograms } from '../../targets/real-plane.ts'
import { withWhatItIsAbout } from '../kill-plan.ts'
import { startCrowdsec } from './crowdsec.ts'
import { startNftables } from './nftables.ts'
import { startOpenldap } from './openldap.ts'
import { startOpenssh } from './openssh.ts'
import { startPostgresql } from './postgresql.ts'
import { TARGET_NAMES, type TargetName } from './real-target.ts'
import { ACT_CONTROLS, LENDING_CONTROLS, type TargetControl } from './target-controls.ts'
import { installBefore } from './target-installation.ts'
import { type TargetKill, TargetLane } from './target-lane.ts'
import { planOf } from './target-plan.ts'

/** Measuring and controls order something as well. */
const SPARE_ORDERS = 8

/** Of the longest control. */
const CONTROL_ORDERS = 6

const TARGETS = {
  nftables: { needs: ['ip', 'nft'], start: startNftables },
  openldap: { needs: ['slapd', 'slapadd'], start: startOpenldap },
  crowdsec: { needs: ['crowdsec', 'cscli'], start: startCrowdsec },
  postgresql: { needs: [], start: startPostgresql },
  openssh: { needs: SSH_PROGRAMS, start: startOpenssh },
} as const satisfies Readonly<Record<TargetName, unknown>>

/** Their tools hold no credential. */
const LENT_FOR: ReadonlySet<TargetName> = new Set(['postgresql', 'openssh'])

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true, default: ['all'] },
    kills: { type: 'string', default: '210' },
    seed: { type: 'string', default: '1' },
    json: { type: 'boolean', default: false },
  },
})
const names = namesOf(values.target)
const kills = Number(values.kills)
const seed = Number(values.seed)
const progress = (line: string): void => void process.stderr.write(`${line}\n`)

type Found = {
  readonly target: TargetName
  readonly at: string
  readonly code: string
  readonly detail: string
}
type Row = {
  readonly target: TargetName
  readonly at: string
  made: number
  missed: number
  found: number
}

const folder = mkdtempSync(join(tmpdir(), 'countersign-targets-'))
process.env.NODE_COMPILE_CACHE ??= join(folder, 'compiled')
const startedMs = performance.now()
const found: Found[] = []
const rows: Row[] = []
let longestAliveMs = 0
const share = Math.ceil(kills / names.length)
// Two cores: one life starts while another one works. A borrowed call takes longest, so those begin.
const queue = names.toSorted((a, b) => Number(LENT_FOR.has(b)) - Number(LENT_FOR.has(a))).values()
const work = async () => {
  for (const name of queue) {
    await before(name, share, join(folder, name), undefined, (lane) => killAt(name, lane, share))
  }
}
await Promise.all([work(), work()])
const seconds = Math.round((performance.now() - startedMs) / 1000)
const controls = await runControls()
const made = rows.reduce((sum, row) => sum + row.made, 0)
const isGood =
  found.length === 0 && controls.every(({ caught }) => caught) && rows.every((row) => row.made > 0)
const report = {
  seed,
  kills: made,
  targets: names,
  seconds,
  rows,
  lent_alive_ms: Math.round(longestAliveMs),
  violations: found,
  controls,
  ok: isGood,
}
const text = values.json ? `${JSON.stringify(report, undefined, 2)}\n` : tableText()
if (isGood) rmSync(folder, { recursive: true, force: true })
else progress(`What was found lies in ${folder}.`)
// Calls that were cut leave clients behind that would go on waiting for their answers.
process.stdout.write(text, () => process.exit(isGood ? 0 : 1))

function namesOf(given: readonly string[]): readonly TargetName[] {
  const wanted = given.includes('all') ? TARGET_NAMES : given
  const known = TARGET_NAMES.filter((name) => wanted.includes(name))
  const strange = wanted.filter((name) => !TARGET_NAMES.some((each) => each === name))
  if (strange.length > 0) return leave(`--target is ${TARGET_NAMES.join(', ')} or all`)
  for (const name of known) {
    const { needs } = TARGETS[name]
    if (!hasPrograms(...needs)) return leave(`${name} needs ${needs.join(' and ')}`)
  }
  if (known.includes('postgresql') && process.env.COUNTERSIGN_TEST_POSTGRES_URL === undefined) {
    return leave(
      'postgresql needs COUNTERSIGN_TEST_POSTGRES_URL: a server on which databases and roles may be made',
    )
  }
  if (known.includes('nftables') && process.getuid?.() !== 0) return leave('nftables needs root')
  return known
}

function leave(why: string): never {
  process.stderr.write(`${why}\n`)
  return process.exit(2)
}

/** One target with a gateway before it, for as long as the work takes. */
async function before(
  name: TargetName,
  orders: number,
  own: string,
  env: Readonly<Record<string, string>> | undefined,
  work: (lane: TargetLane) => Promise<void>,
): Promise<void> {
  const target = await TARGETS[name].start(2 * orders + SPARE_ORDERS)
  try {
    mkdirSync(own, { recursive: true })
    const installation = await installBefore(target, own)
    await work(new TargetLane(installation, env))
    await installation.lifelines.close()
  } finally {
    await target.stop()
  }
}

async function killAt(name: TargetName, lane: TargetLane, share: number): Promise<void> {
  const plan = planOf(await measured(lane), share, seed + names.indexOf(name))
  const again: TargetKill[] = []
  for (const [at, kill] of plan.entries()) {
    const { hit, violations } = await lane.kill(kill)
    tell(name, kill, hit, violations)
    longestAliveMs = Math.max(longestAliveMs, lane.longestAliveMs)
    // One fault shows in everything after it.
    if (violations.length > 0) return
    if (!hit) again.push(...withWhatItIsAbout(plan, at, kill.step === 'start'))
  }
  for (const kill of again) {
    const { hit, violations } = await lane.kill(kill)
    tell(name, kill, hit, violations)
  }
  for (const each of await lane.finish()) found.push({ target: name, at: 'last life', ...each })
}

/** On a busy machine a connection may be cut; what is measured is measured without any. */
async function measured(lane: TargetLane): ReturnType<TargetLane['measure']> {
  return lane.measure().catch(() => lane.measure())
}

function tell(
  target: TargetName,
  { step, label, passing, afterMs }: TargetKill,
  hit: boolean,
  violations: readonly { readonly code: string; readonly detail: string }[],
): void {
  const at = afterMs === undefined ? `${step} ${label}` : `${step} during act`
  const row = rows.find((each) => each.target === target && each.at === at)
  const counted = row ?? { target, at, made: 0, missed: 0, found: 0 }
  if (row === undefined) rows.push(counted)
  if (hit) counted.made++
  else counted.missed++
  counted.found += violations.length
  found.push(...violations.map((each) => ({ target, at, ...each })))
  const said = violations.map(({ code, detail }) => `\n  ${code}: ${detail}`).join('')
  progress(`${target} ${at} ${passing}${hit ? '' : ' (not reached)'}${said}`)
}

type Caught = { readonly name: string; readonly caught: boolean; readonly codes: readonly string[] }

/** Those of acting before one target that holds its own credential, those of lending before the one that is lent for. */
async function runControls(): Promise<readonly Caught[]> {
  const results: Caught[] = []
  const [plain] = names.filter((name) => !LENT_FOR.has(name))
  const all = [
    ...(plain === undefined ? [] : ACT_CONTROLS.map((control) => ({ name: plain, control }))),
    ...(names.includes('postgresql')
      ? LENDING_CONTROLS.map((control) => ({ name: 'postgresql' as const, control }))
      : []),
  ].values()
  const work = async () => {
    for (const { name, control } of all) results.push(await runControl(name, control))
  }
  await Promise.all([work(), work()])
  return results
}

/** Kills the sabotaged gateway until what is expected is found, or the kills are used up. */
async function runControl(name: TargetName, control: TargetControl): Promise<Caught> {
  const { sabotage, expects, kills: strikes } = control
  const own = join(folder, sabotage.name)
  mkdirSync(own, { recursive: true })
  const codes = new Set<string>()
  const isCaught = () => expects.some((code) => codes.has(code))
  await before(name, CONTROL_ORDERS, own, writePlan(sabotage, own).environment, async (lane) => {
    for (const kill of strikes) {
      if (isCaught()) return
      for (const { code } of (await lane.kill(kill)).violations) codes.add(code)
    }
    if (!isCaught()) for (const { code } of await lane.finish()) codes.add(code)
  })
  return { name: sabotage.name, caught: isCaught(), codes: [...codes] }
}

function tableText(): string {
  const lines = rows.map(({ target, at, made: each, missed, found: bad }) => {
    const cells = [each, missed, bad].map((cell) => String(cell).padStart(6))
    return `${target.padEnd(10)} ${at.padEnd(30)}${cells.join('')}`
  })
  const caught = controls.map(({ name, caught: is, codes }) => {
    return `control ${name}: ${is ? `caught (${codes.join(', ')})` : 'NOT CAUGHT'}`
  })
  return [
    `${'target'.padEnd(10)} ${'killed at'.padEnd(30)}  made missed found`,
    ...lines.sort(),
    '',
    ...caught,
    ...(names.some((name) => LENT_FOR.has(name)) ? [lentText()] : []),
    '',
    `${made} kills before ${names.join(', ')}, ${found.length} violations, seed ${seed}, ${seconds} s: ${isGood ? 'ok' : 'FAILED'}`,
    '',
  ].join('\n')
}

function lentText(): string {
  return `what was lent before a kill was gone ${Math.round(longestAliveMs)} ms after the restart at the latest`
}
