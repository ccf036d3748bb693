/**
 * `npm run crash -- --target nftables|openldap|crowdsec|all [--kills N] [--seed N] [--json]`: kills the gateway by
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
import { hasPrograms } from '../../targets/real-plane.ts'
import { CONTROLS, sabotagedEnvironment } from '../controls.ts'
import { seeded } from '../kill-plan.ts'
import { startCrowdsec } from './crowdsec.ts'
import { startNftables } from './nftables.ts'
import { startOpenldap } from './openldap.ts'
import { TARGET_NAMES, type TargetName } from './real-target.ts'
import { installBefore } from './target-installation.ts'
import { type TargetKill, TargetLane } from './target-lane.ts'

/** Measuring and controls order something as well. */
const SPARE_ORDERS = 8

const CONTROL_KILLS: readonly TargetKill[] = [
  { step: 'do', label: 'dispatch:after', passing: 1 },
  { step: 'do', label: 'commit:before-db-commit', passing: 3 },
  { step: 'do', label: 'act:after', passing: 1 },
]

const TARGETS = {
  nftables: { needs: ['ip', 'nft'], start: startNftables },
  openldap: { needs: ['slapd', 'slapadd'], start: startOpenldap },
  crowdsec: { needs: ['crowdsec', 'cscli'], start: startCrowdsec },
} as const satisfies Readonly<Record<TargetName, unknown>>

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
const share = Math.ceil(kills / names.length)
// Two cores: one life starts while another one works.
const queue = names.values()
const work = async () => {
  for (const name of queue) {
    await before(name, share, join(folder, name), {}, (lane) => killAt(name, lane, share))
  }
}
await Promise.all([work(), work()])
const seconds = Math.round((performance.now() - startedMs) / 1000)
const controls = await runControls(names[0] ?? 'nftables')
const made = rows.reduce((sum, row) => sum + row.made, 0)
const isGood =
  found.length === 0 && controls.every(({ caught }) => caught) && rows.every((row) => row.made > 0)
const report = {
  seed,
  kills: made,
  targets: names,
  seconds,
  rows,
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
  env: Readonly<Record<string, string>>,
  work: (lane: TargetLane) => Promise<void>,
): Promise<void> {
  const target = await TARGETS[name].start(2 * orders + SPARE_ORDERS)
  try {
    mkdirSync(own, { recursive: true })
    const installation = await installBefore(target, own)
    await work(new TargetLane(installation, env))
    await installation.lifelines.close()
  } finally {
    target.stop()
  }
}

async function killAt(name: TargetName, lane: TargetLane, share: number): Promise<void> {
  const plan = planOf(await measured(lane), share)
  const again: TargetKill[] = []
  for (const kill of plan) {
    const { hit, violations } = await lane.kill(kill)
    tell(name, kill, hit, violations)
    // One fault shows in everything after it.
    if (violations.length > 0) return
    if (!hit) again.push(kill)
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

/** Every point that one order passes, each time it is passed; seeded, so that a share of them is another one each time. */
function planOf(
  passed: Awaited<ReturnType<TargetLane['measure']>>,
  share: number,
): readonly TargetKill[] {
  const points = (['do', 'undo'] as const).flatMap((step) =>
    Object.entries(passed[step]).flatMap(([label, times]) =>
      Array.from({ length: times }, (_, at) => ({ step, label, passing: at + 1 })),
    ),
  )
  const random = seeded(seed)
  const mixed = points
    .map((point) => ({ point, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ point }) => point)
  const rounds = Math.ceil(share / Math.max(1, mixed.length))
  return Array.from({ length: rounds }, () => mixed)
    .flat()
    .slice(0, share)
}

function tell(
  target: TargetName,
  { step, label, passing }: TargetKill,
  hit: boolean,
  violations: readonly { readonly code: string; readonly detail: string }[],
): void {
  const at = `${step} ${label}`
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

/** A gateway that acts before its decision is durable, and one that recovers nothing. */
async function runControls(name: TargetName) {
  const results: { name: string; caught: boolean; codes: readonly string[] }[] = []
  for (const { sabotage, expects } of CONTROLS.slice(0, 2)) {
    const own = join(folder, sabotage.name)
    mkdirSync(own, { recursive: true })
    const codes = new Set<string>()
    const isCaught = () => expects.some((code) => codes.has(code))
    await before(
      name,
      CONTROL_KILLS.length,
      own,
      sabotagedEnvironment(sabotage, own),
      async (lane) => {
        for (const kill of CONTROL_KILLS) {
          if (isCaught()) return
          for (const { code } of (await lane.kill(kill)).violations) codes.add(code)
        }
        if (!isCaught()) for (const { code } of await lane.finish()) codes.add(code)
      },
    )
    results.push({ name: sabotage.name, caught: isCaught(), codes: [...codes] })
  }
  return results
}

function tableText(): string {
  const lines = rows.map(({ target, at, made: each, missed, found: bad }) => {
    const cells = [each, missed, bad].map((cell) => String(cell).padStart(6))
    return `${target.padEnd(9)} ${at.padEnd(30)}${cells.join('')}`
  })
  const caught = controls.map(({ name, caught: is, codes }) => {
    return `control ${name}: ${is ? `caught (${codes.join(', ')})` : 'NOT CAUGHT'}`
  })
  return [
    `${'target'.padEnd(9)} ${'killed at'.padEnd(30)}  made missed found`,
    ...lines.sort(),
    '',
    ...caught,
    '',
    `${made} kills before ${names.join(', ')}, ${found.length} violations, seed ${seed}, ${seconds} s: ${isGood ? 'ok' : 'FAILED'}`,
    '',
  ].join('\n')
}
