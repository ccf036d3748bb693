/**
 * The real gateway, in a process of its own, that ends itself by SIGKILL at the n-th passing of a labelled
 * point: no handler runs, nothing is flushed, as when the machine's memory killer or an impatient operator
 * strikes. `node victim.ts PLAN.json`, started by victim-process.ts.
 */
import { readFileSync, writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { setTimeout as wait } from 'node:timers/promises'
import { sweep, sweepContainments } from '../../src/command/sweep.ts'
import { endLeases } from '../../src/enforcement/end-leases.ts'
import { codeOf } from '../../src/kernel/failure.ts'
import type { Log } from '../../src/kernel/log.ts'
import { type Gateway, startGateway } from '../../src/main.ts'
import { TENANT } from '../../src/wiring.ts'
import { brokerAsGiven } from './given-broker.ts'
import { atHostTime, isForHosts } from './host-time.ts'
import { tearWrites } from './torn-writes.ts'
import {
  LATER_MS,
  STRUCK,
  type Strike,
  TORN_WRITE,
  type VictimHears,
  type VictimPlan,
  type VictimSays,
} from './victim-plan.ts'

/** Between two looks at what is still borrowed. */
const LOOK_MS = 10

const plan = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as VictimPlan
let phase: Strike['phase'] = 'start'
let passed = new Map<string, number>()
let { strike } = plan

/** Counts a passing, and says whether this is the one. */
const isDue = (label: string): boolean => {
  const passing = (passed.get(label) ?? 0) + 1
  passed.set(label, passing)
  return strike?.phase === phase && strike.label === label && strike.passing === passing
}

const at = (label: string): void => {
  if (!isDue(label)) return
  const afterMs = strike?.afterMs
  if (afterMs === undefined) die()
  else if (afterMs === 0) setImmediate(die)
  else setTimeout(die, afterMs)
}

// As it was before any write can be torn.
const tell = writeSync

function die(): void {
  tell(1, `${STRUCK}\n`)
  process.kill(process.pid, 'SIGKILL')
  // The signal is on its way; not one more line of the product may run.
  for (;;);
}

const say = (said: VictimSays): void => void process.send?.(said)
const log: Log = {
  debug: () => {},
  info: () => {},
  warn: () => {},
  error: (...what) => say({ kind: 'error', text: what.map(textOf).join(' ') }),
}

function textOf(what: unknown): string {
  if (what instanceof Error) return what.stack ?? what.message
  if (typeof what !== 'object' || what === null) return String(what)
  return Object.entries(what)
    .map(([key, value]) => `${key}=${value instanceof Error ? value.stack : String(value)}`)
    .join(' ')
}

// Whoever started this is gone: nobody will ever ask again.
process.once('disconnect', () => process.exit(0))
tearWrites(() => isDue(TORN_WRITE), die)
try {
  let { aheadMs = 0 } = plan
  const nowMs = () => Date.now() + aheadMs
  const clock = { nowMs, ticksMs: nowMs }
  const specs = (plan.brokers ?? []).map(brokerAsGiven)
  const forHosts = specs.filter(isForHosts)
  const config = { ...plan.config, brokers: specs.filter((spec) => !isForHosts(spec)) }
  const turned = { nowMs, aheadMs: () => aheadMs }
  const brokers = forHosts.map((spec) => atHostTime(spec, turned, plan.certificates ?? ''))
  const gateway = await startGateway(config, { log, at, clock, brokers })
  phase = 'serve'
  passed = new Map()
  process.on('message', async (heard: VictimHears) => {
    if (typeof heard === 'object') {
      strike = heard
      passed = new Map()
      say({ kind: 'armed' })
    }
    if (heard === 'sweep') {
      aheadMs += LATER_MS
      const { spine } = gateway.parts
      await sweep(spine, TENANT)
      await sweepContainments(spine)
      await endLeases(spine, new AbortController().signal)
      say({ kind: 'swept' })
    }
    if (heard === 'give back') {
      await untilGivenBack(gateway)
      say({ kind: 'given back' })
    }
    if (heard === 'count') say({ kind: 'passed', counts: Object.fromEntries(passed) })
    if (heard !== 'close') return
    await gateway.close()
    flushCompileCache()
    process.disconnect()
  })
  say({ kind: 'ready', port: gateway.port })
} catch (error) {
  const detail = error instanceof Error ? error.message : String(error)
  process.exitCode = 1
  process.send?.({ kind: 'refused', code: codeOf(error), detail } satisfies VictimSays, () =>
    process.disconnect(),
  )
}

/** The gateway's own timers take back what was borrowed; here it is only looked whether they have. */
async function untilGivenBack({ parts }: Gateway): Promise<void> {
  while ((await parts.store.brokeredLeases.alive(TENANT)).length > 0) await wait(LOOK_MS)
}
